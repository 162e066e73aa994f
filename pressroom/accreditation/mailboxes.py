"""Mail providers by what an address there says of its owner: nothing of an outlet, or that it lives for an hour.

Short lists of the usual ones; what is not on them is told by nobody. Nothing is refused because of them.
"""

# Where anybody gets an address.
FREE = frozenset({
    "aol.com", "bbox.fr", "bluewin.ch", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.fr", "gmx.net",
    "googlemail.com", "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net", "libero.it", "live.com",
    "live.fr", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "neuf.fr", "numericable.fr",
    "orange.fr", "outlook.com", "outlook.fr", "proton.me", "protonmail.com", "qq.com", "sfr.fr",
    "skynet.be", "t-online.de", "tutanota.com", "wanadoo.fr", "web.de", "yahoo.com", "yahoo.fr",
    "yandex.ru", "ymail.com",
})  # fmt: skip
# Where addresses are thrown away.
DISPOSABLE = frozenset({
    "10minutemail.com", "discard.email", "dispostable.com", "emailondeck.com", "fakeinbox.com",
    "getnada.com", "guerrillamail.com", "jetable.org", "mail-temporaire.fr", "mailcatch.com", "maildrop.cc",
    "mailinator.com", "mailnesia.com", "moakt.com", "mohmal.com", "mytemp.email", "sharklasers.com",
    "temp-mail.org", "tempail.com", "tempmail.com", "throwawaymail.com", "trashmail.com", "yopmail.com",
    "yopmail.fr", "yopmail.net",
})  # fmt: skip


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()

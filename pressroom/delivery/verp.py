"""The address that one message comes back to (variable envelope return paths): whoever reads the mailbox for returned
mail knows which message it was, and that we sent it.

`bounces@office.example` becomes `bounces+<message>-<seal>@office.example`; the mail server must deliver what follows
the plus sign to the same mailbox (RFC 5233 section 4), as nearly all do.
"""

import base64
import hmac
import re
from collections.abc import Iterable

from flask import current_app

SEALED = 10  # characters of the seal: 50 bits, in letters and digits that survive a change of case
SHOWN = re.compile(rf"\+([0-9a-z]{{1,16}})-([a-z2-7]{{{SEALED}}})@", re.IGNORECASE)
LONGEST_LOCAL = 64 - len("+") - 16 - len("-") - SEALED  # of the setting (RFC 5321 section 4.5.3.1.1)
READ = 2000  # characters of one header that are looked at


def sender(message_id: str) -> str:
    """The envelope sender of the message with this `Message.id`; the setting BOUNCES_ADDRESS must not be empty."""
    local, _, domain = current_app.config["BOUNCES_ADDRESS"].partition("@")
    return f"{local}+{message_id}-{_seal(message_id)}@{domain}"


def message_of(addresses: str | Iterable[str]) -> str | None:
    """The `Message.id` of the first address of ours in an address, a header or several; None for anybody else's, and
    for one whose seal we did not make."""
    own = current_app.config.get("BOUNCES_ADDRESS")
    if not own:
        return None
    local, _, domain = own.lower().partition("@")
    for text in [addresses] if isinstance(addresses, str) else addresses:
        text = text[:READ].lower()
        for found in SHOWN.finditer(text):
            message_id, seal = found.groups()
            before, after = text[: found.start()], text[found.end() :]
            ours = before.endswith(local) and after.startswith(domain)
            if ours and hmac.compare_digest(seal, _seal(message_id)):
                return message_id
    return None


def _seal(message_id: str) -> str:
    key = f"bounces:{current_app.config['SECRET_KEY']}".encode()
    octets = hmac.digest(key, message_id.encode(), "sha256")
    return base64.b32encode(octets)[:SEALED].decode().lower()

"""What each notice of templates/mail/ may be given, as data: every one is rendered with it, in every language.

A notice has one sample or several (a name after its own and a colon: "event_moved:new place"); one that depends on the
language is a function of it. Names, titles and links are long and awkward on purpose; what they hold must come out of
the message as it went in.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from pressroom.delivery import words
from pressroom.events.models import Event, EventText, State
from pressroom.typography import french

TODAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SITE = "https://presse.fondation-des-poles.example"
TOKEN = "Zk3_u-9aQw7LmN2xV8tYrA"
NAME = "Anne-Charlotte d’Estrées-Kervella de La Ferronnays & Fils <presse>"
# What fills the gaps in the words of a dispatch.
PERSONAL = {
    "name": NAME, "link": f"{SITE}/fr/kits/{TOKEN}?a=1&b=2", "leave": f"{SITE}/u/{TOKEN}",
    "preferences": f"{SITE}/fr/alerts/{TOKEN}",
}  # fmt: skip
NOTE = "Nous vous attendons à l’entrée B.\n\nApportez votre carte de presse ; le reste est prêt.\n.\n"
CONTACT = SimpleNamespace(name="Maël Quéré", phone="+33 1 99 00 00 01", email="mael.quere@fondation.example")
TITLES = {
    "fr": "Forum « Pôles de compétitivité : l’ancrage & l’ouverture » à Sophia Antipolis",
    "en": "Forum on competitiveness clusters: “roots & reach” in Sophia Antipolis",
}


def an_event(*languages: str, **values) -> Event:
    """An event that stands in no database."""
    start = TODAY + timedelta(days=30)
    event = Event(
        state=State.ANNOUNCED, starts_at=start, ends_at=start + timedelta(hours=8), timezone="Europe/Paris",
        map_url="https://map.example/?a=1&b=2", venue_is_private=False,
    )  # fmt: skip
    for language in languages:
        event.texts[language] = EventText(
            language=language, slug="forum", title=TITLES[language], summary="", description="",
            place="Sophia Antipolis", address="1 place des Pins, 06999 Sophia Antipolis", conditions="",
        )  # fmt: skip
    for name, value in values.items():
        setattr(event, name, value)
    return event


EVENT = an_event("fr", "en")
REQUEST = {
    "name": NAME, "event": EVENT, "contact": CONTACT, "reference": "4F7-K2M9",
    "page": f"{SITE}/fr/applications/{TOKEN}", "leave": f"{SITE}/fr/applications/{TOKEN}/withdraw",
    "calendar": f"{SITE}/fr/applications/{TOKEN}/calendar.ics", "releases": f"{SITE}/fr/releases/",
    "verification": None, "accredited": False, "awaited": False, "category": "Presse écrite", "days": [],
    "is_late": False, "answer_by": TODAY + timedelta(days=20), "offer_until": TODAY + timedelta(days=2),
    "reopens_until": None, "changed": [],
}  # fmt: skip
ACCREDITED = {**REQUEST, "accredited": True, "days": ["22 décembre 2026", "23 décembre 2026"]}
UNCONFIRMED = {**REQUEST, "name": "", "verification": f"{SITE}/fr/verify/{TOKEN}"}
BEFORE = {
    "starts_at": TODAY + timedelta(days=9),
    "ends_at": TODAY + timedelta(days=9, hours=3),
    "place": "Nice",
}
ASKED = {"asked": ["Une carte de presse", "Deux articles <récents>"], "due": TODAY + timedelta(days=5)}
INTRO = SimpleNamespace(
    language="fr", subject="Accès aux pôles", words="Bonjour,\n\nUn bus part à 8 h.\nVenez !"
)
DISPATCH = {
    "gap": words.gap, "contact": CONTACT, "intro": None, "related": "contact", "embargo": None, "said_in": "fr",
    "other_language": "français", "title": french(TITLES["fr"]), "event_title": french(TITLES["fr"]), "attached": [],
}  # fmt: skip
RELEASE = {
    **DISPATCH, "headline": french(TITLES["fr"]), "lead": french("L’essentiel en une phrase : « 12 % » de plus."), "what": "Communiqué 2026-12",
    "dateline": "PARIS, le 22 novembre 2026", "page": f"{SITE}/fr/releases/8k2m9q1x/forum", "number": "2026-12",
}  # fmt: skip
SAID = SimpleNamespace(note="Un chiffre était faux.", wrong="12 %", right="21 % & plus", number=2)
CORRECTION = {**RELEASE, "kind": "correction", "said": SAID, "follows": True, "at": TODAY}
# What a test of a dispatch shows: another mail, whole.
A_MAIL = """<!doctype html>
<html lang="%s"><head><meta name="color-scheme" content="light dark"><title>x</title></head>
<body><h1>Forum</h1><div style="display:none">Avant</div><p>Bonjour &lt;Léa&gt;</p></body></html>"""

SAMPLES = {
    "accreditation_already": UNCONFIRMED,
    "accreditation_answered": REQUEST,
    "accreditation_approved": {**ACCREDITED, "note": NOTE},
    "accreditation_approved:own place": {**ACCREDITED, "own": True, "contact": None},
    "accreditation_changed": {**ACCREDITED, "changed": [("Nom", "A. B.", NAME)], "note": ""},
    "accreditation_closed": {**REQUEST, "reason": "l’événement a eu lieu", "closing": "over", "note": ""},
    "accreditation_closed:duplicate": {
        **REQUEST, "reason": "doublon", "closing": "duplicate", "reopens_until": TODAY + timedelta(days=3),
    },
    "accreditation_declined": {
        **REQUEST, "reason": "toutes les places sont prises", "note": NOTE, "review_until": TODAY + timedelta(days=4),
    },
    "accreditation_eve": ACCREDITED,
    "accreditation_found": {"requests": [REQUEST, {**UNCONFIRMED, "event": an_event("en")}]},
    "accreditation_message": {**REQUEST, "note": NOTE},
    "accreditation_needs": {**ACCREDITED, "note": NOTE},
    "accreditation_offered": {**REQUEST, "note": NOTE},
    "accreditation_question": {**REQUEST, **ASKED, "note": NOTE},
    "accreditation_received": UNCONFIRMED,
    "accreditation_received:late, one language": {**UNCONFIRMED, "is_late": True, "event": an_event("fr")},
    "accreditation_reconsidered": REQUEST,
    "accreditation_reinstated": {**ACCREDITED, "note": ""},
    "accreditation_reminder": {**REQUEST, **ASKED, "note": ""},
    "accreditation_reopened": REQUEST,
    "accreditation_revoked": {**REQUEST, "reason": "le badge a été prêté", "note": NOTE},
    "accreditation_waitlisted": {**REQUEST, "note": NOTE},
    "accreditation_withdrawn": {**REQUEST, "own": True, "reopens_until": TODAY + timedelta(days=3)},
    "alert_confirm": {"page": f"{SITE}/fr/alerts/{TOKEN}"},
    "alert_known": {"page": f"{SITE}/fr/alerts/{TOKEN}"},
    "dispatch_advisory": {**DISPATCH, "title": INTRO.subject, "intro": INTRO, "related": "accredited"},
    "dispatch_correction": {**CORRECTION, "related": "subscriber"},
    "dispatch_correction:killed": {**CORRECTION, "headline": "", "kind": "kill", "follows": False},
    "dispatch_finished": {
        "name": NAME, "title": french(TITLES["fr"]), "became": "finished", "accepted": 41, "failed": 3, "doubtful": 1, "kept": 0,
        "report": f"{SITE}/desk/dispatches/8k2m9q1x3z4f",
    },
    "dispatch_kit": {
        **DISPATCH, "related": "accredited", "event": EVENT, "cover": None, "opens_at": TODAY, "intro": INTRO,
        "releases": [], "inside": [SimpleNamespace(name="Affiche & plan.pdf", size=2_400_000)], "embargo": TODAY,
        "attached": ["Affiche & plan.pdf"],
    },
    "dispatch_release": {**RELEASE, "paragraphs": ["Premier paragraphe.", "Second <paragraphe>."], "intro": INTRO},
    "dispatch_release:to subscribers": {**RELEASE, "paragraphs": [], "related": "subscriber", "embargo": TODAY},
    "dispatch_test": lambda language: {"sample": SimpleNamespace(subject="Forum", html=A_MAIL % language)},
    "kit_link": {
        "name": NAME, "event": EVENT, "contact": CONTACT, "link": f"{SITE}/fr/kits/{TOKEN}", "until": TODAY,
    },
    "event_cancelled": {**ACCREDITED, "before": BEFORE, "note": NOTE},
    "event_moved": {**ACCREDITED, "before": BEFORE, "new_date": True, "note": NOTE},
    "event_moved:new place": {**REQUEST, "awaited": True, "before": BEFORE, "new_date": False, "note": ""},
    "event_postponed": {
        **ACCREDITED, "event": an_event("fr", "en", state=State.POSTPONED), "before": BEFORE, "note": NOTE,
    },
    "release_preview": {
        "name": NAME, "contact": CONTACT, "link": f"{SITE}/fr/previews/{TOKEN}", "changed": False,
        "until": TODAY + timedelta(days=2), "ends_at": TODAY + timedelta(days=9),
    },
    "release_preview:without an end": {
        "name": NAME, "contact": None, "link": f"{SITE}/fr/previews/{TOKEN}", "changed": True, "until": None,
        "ends_at": TODAY + timedelta(days=9),
    },
    "relay_test": {"tried_at": TODAY},
    "staff_invited": {"name": NAME, "link": f"{SITE}/desk/set-up/{TOKEN}", "until": TODAY + timedelta(days=7)},
}  # fmt: skip


def context(name: str, language: str) -> dict:
    """What the sample of this name gives to its templates."""
    sample = SAMPLES[name]
    return sample(language) if callable(sample) else sample

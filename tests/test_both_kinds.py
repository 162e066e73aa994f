"""The same questions have the same answers on both kinds of database: what is found, in which order, and how much."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import Role
from pressroom.database import db
from pressroom.releases.models import Words
from tests import builders, strict
from tests.builders import NOON
from tests.conftest import make_app

SAID = (
    "L’Œuvre au noir", "Éclipse sur Évry", "eclipse over Évry", "Zoé’s zebra", "100 % d’énergie_renouvelable", "ACCORD",
    "Énergie : l’accord", "accord d'énergie", "Ça & là", "Straße", "émile", "Émile", "emile", "Zola", "œuf", "2026", "ébène",
)  # fmt: skip
SOUGHT = (
    "", "oeuvre", "ENERGIE", "l’accord", "éclipse évry", "%", "_", "zoe zebra", "' OR 1=1 --", '"accord', "accord & !x | (y", ":*",
    "accord\0", "x" * 3000, "2026-003", "strasse", "Emile", "zola\\",
)  # fmt: skip
LISTS = ("/fr/releases/?q=", "/en/releases/?q=", "/desk/releases/?q=", "/desk/contacts/?q=", "/desk/contacts/outlets/?q=",
         "/desk/media/?q=", "/desk/messages/?q=", "/desk/alerts/?q=", "/desk/accreditation/{event}?q=")  # fmt: skip


def answers(kind, folder, monkeypatch):
    """What every list says to every question, word for word."""
    folder.mkdir()
    url = kind.create(folder, like=kind.migrated)
    app = make_app(folder, DATABASE_URL=url, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with app.app_context(), ExitStack() as stack:
        stack.callback(lambda: (db.session.remove(), db.engine.dispose(), kind.drop(url)))
        monkeypatch.setattr(clock, "now", lambda: NOON)
        event = builders.an_event(id="thesameevent")
        for number, said in enumerate(SAID):
            at = NOON - timedelta(hours=len(SAID) - number)
            words = Words(said, "Évry", f"{said}, enfin.", f"<p>{said} <em>a dit</em> Zoé.</p>")
            builders.a_published_release(words={"fr": words, "en": words}, at=at)
            builders.a_contact(said, email=f"{number}@x.example", outlet=f"{said} Press")
            builders.an_application(
                event, name=said, email=f"{number}@y.example", submitted_at=at, reference=f"R{number}"
            )
            builders.a_message(recipient=f"{number}@z.example", subject=said, created_at=at)
            builders.a_subscription(f"{number}@s.example")
        desk = builders.signed_in(app, role=Role.ADMIN)
        pages = {}
        for place in LISTS:
            for sought in SOUGHT:
                page = desk.get(place.format(event=event.id).removesuffix("?q="), query_string={"q": sought})
                pages[place, sought] = (
                    page.status_code,
                    [said for _lang, said in strict.Reader(page.text).texts],
                )
        return pages


def test_whatever_is_sought_is_found_alike(known, request, tmp_path, monkeypatch):
    if request.config.getoption("--database") != "both":
        pytest.skip("one kind is compared with the other")

    here, there = (answers(known(kind), tmp_path / kind, monkeypatch) for kind in ("sqlite", "postgresql"))

    assert {asked: status for asked, (status, _texts) in here.items() if status != 200} == {}
    assert [asked for asked in here if here[asked] != there[asked]] == []
    # Enough of them found something, but not everything.
    assert len({tuple(texts) for _status, texts in here.values()}) > 40

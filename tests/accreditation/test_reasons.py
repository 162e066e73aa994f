import re

import pytest

from pressroom import audit
from pressroom.access import SYSTEM, Role
from pressroom.accreditation import reasons
from pressroom.accreditation.models import Reason
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.i18n import speaking
from tests import builders
from tests.builders import NOON

INDEX = "/desk/accreditation/reasons/"


def an_own_reason(fr="Pas de direct", en="No live position left"):
    return builders.stored(reasons.add({"fr": fr, "en": en}, by=SYSTEM, at=NOON))


def page_of(application, rest=""):
    return f"/desk/accreditation/{application.event_id}/{application.id}{rest}"


def test_a_reason_is_written_in_every_language(desk):
    page = desk.post(INDEX, data={"name_fr": "Pas de direct", "name_en": ""})
    assert (page.status_code, "Write the reason in this language" in page.text) == (422, True)
    assert 'value="Pas de direct"' in page.text

    assert (
        desk.post(INDEX, data={"name_fr": "Pas de direct", "name_en": "No live position left"}).status_code
        == 303
    )
    (reason,) = reasons.own()
    assert reason.names == {"fr": "Pas de direct", "en": "No live position left"}
    assert [entry.action for entry in audit.history(f"reason:{reason.id}")] == ["reason.add"]
    again = desk.post(INDEX, data={"name_fr": "Pas de direct", "name_en": "Another"})
    assert (again.status_code, "There is a reason “No live position left” already." in again.text) == (
        422,
        True,
    )


def test_own_reasons_come_after_the_fixed_ones_in_the_office_s_order(app):
    first, second = an_own_reason(), an_own_reason("Trop tôt", "Too early")
    reasons.move_up(second, by=SYSTEM, at=NOON)
    reasons.move_up(second, by=SYSTEM, at=NOON)
    db.session.commit()

    assert list(reasons.offered()) == [*reasons.REASONS, second.id, first.id]


def test_a_reason_speaks_the_language_spoken(app):
    reason = an_own_reason()
    assert str(reason) == "No live position left"
    with speaking("fr"):
        assert str(reasons.named(reason.id)) == "Pas de direct"
    assert reasons.readings(("fr", "en"))[reason.id] == {"fr": "Pas de direct", "en": "No live position left"}
    assert reasons.readings(("fr", "en"))["capacity"] == {"fr": "Capacité atteinte", "en": "Capacity reached"}


def test_declining_for_an_own_reason_tells_it_in_the_applicant_s_language(desk):
    reason, application = an_own_reason(), builders.an_application(language="fr")
    form = desk.get(page_of(application)).text
    assert f'value="{reason.id}"' in form
    assert '<span class="small muted" lang="fr">Pas de direct</span>' in form
    assert "The applicant will read it in this language: français." in form

    desk.post(page_of(application, "/decline"), data={"decline-reason": reason.id, "decline-version": application.version})  # fmt: skip

    mail = db.session.scalars(db.select(Message)).one()
    assert "Pas de direct" in mail.text
    assert "No live position left" in desk.get(page_of(application)).text


def test_a_retired_reason_is_offered_no_more_and_stays_where_it_was_given(desk):
    reason, application = an_own_reason(), builders.an_application()
    desk.post(page_of(application, "/decline"), data={"decline-reason": reason.id})

    assert desk.post(f"{INDEX}{reason.id}/retire").status_code == 303

    other = builders.an_application()
    assert reason.id not in reasons.offered()
    assert desk.post(page_of(other, "/decline"), data={"decline-reason": reason.id}).status_code == 422
    assert "No live position left" in desk.get(page_of(application)).text
    assert "Retired" in desk.get(INDEX).text

    desk.post(f"{INDEX}{reason.id}/bring-back")
    assert reason.id in reasons.offered()


def test_the_page_shows_what_there_is_in_both_languages(desk):
    an_own_reason()
    second = an_own_reason("Trop tôt", "Too early")
    desk.post(f"{INDEX}{second.id}/up")

    cells = re.findall(r'<td data-label="[^"]*" lang="(\w+)">([^<]*)</td>', desk.get(INDEX).text)

    assert cells[:4] == [
        ("fr", "Trop tôt"),
        ("en", "Too early"),
        ("fr", "Pas de direct"),
        ("en", "No live position left"),
    ]
    assert ("fr", "Capacité atteinte") in cells


def test_only_the_press_office_writes_reasons(app):
    reviewer = builders.signed_in(app, role=Role.REVIEWER)
    assert reviewer.get(INDEX).status_code == 403


@pytest.mark.parametrize("rest", ["up", "retire", "bring-back"])
def test_an_unknown_reason_is_404(desk, rest):
    assert desk.post(f"{INDEX}x/{rest}").status_code == 404
    assert db.session.scalars(db.select(Reason)).all() == []

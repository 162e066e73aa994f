from html import unescape

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.audit import history
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.kits import queries, workflow
from tests import builders
from tests.kits.test_public import a_second_version


def rows(page):
    return [unescape(row).split("</a>")[0].rpartition(">")[2] for row in page.split('<th scope="row">')[1:]]


def test_the_page_says_who_fetched_what_and_who_nothing_yet(desk):
    kit = builders.a_kit()
    names = ("Ada Le Goff", "Bruno Petit", "Chloé Roux")
    grants = [builders.a_grant(kit, builders.an_accredited(kit.event, name=name)) for name in names]
    fetch = workflow.note_fetch(grants[1], kit.current.files[0], at=clock.now())
    db.session.flush()
    workflow.note_whole(fetch.id, at=clock.now())
    db.session.commit()

    home = desk.get(f"/desk/kits/{kit.id}").text
    every, without, behind, odd = (
        desk.get(f"/desk/kits/{kit.id}/people?show={show}&page=999").text
        for show in ("every", "without", "behind", "<x>")
    )

    assert "2 of 3 have not fetched the kit." in home
    assert (rows(every), rows(without), rows(behind), rows(odd)) == (
        list(names), [names[0], names[2]], [], list(names),
    )  # fmt: skip
    assert "Programme.txt (version 1, complete)" in " ".join(every.split())
    assert "Nobody is in this list." in behind


def test_whoever_has_an_older_version_can_be_told_from_both_pages(desk):
    kit = builders.a_kit()
    old = builders.a_grant(kit)
    workflow.note_fetch(old, kit.current.files[0], at=clock.now())
    place, said = f"/desk/dispatches/new?about={kit.subject}&amp;behind=1", "has an older version only"

    def pages():
        db.session.commit()
        return [
            desk.get(f"/desk/kits/{kit.id}{more}").text for more in ("", "/people?show=behind", "/people")
        ]

    before = [place in page for page in pages()]
    a_second_version(kit, files=[("Plan.txt", b"right")], note={"fr": "a", "en": "b"})
    seen = pages()
    workflow.act(kit, "close", languages=(), by=SYSTEM, at=clock.now())

    assert before == [False, False, False]
    assert [place in page for page in seen] == [True, True, False]
    assert said in seen[0]
    assert [place in page for page in pages()] == [False, False, False]
    assert said in pages()[0]


def test_nobody_has_it_yet(desk):
    kit = builders.a_kit()

    assert "Nobody has this press kit yet" in desk.get(f"/desk/kits/{kit.id}/people").text
    assert "Nobody has this press kit yet." in desk.get(f"/desk/kits/{kit.id}").text


def test_one_person_s_link_is_closed_and_opened_again(desk, client):
    grant, other = builders.a_grant(), None
    other = builders.a_grant(grant.kit)
    place = f"/desk/kits/{grant.kit.id}/people/{grant.id}"
    links = [f"/en/kits/{queries.token_of(one)}" for one in (grant, other)]

    seen = []
    for action in ("revoke", "revoke", "renew", "restore", "restore"):
        code = desk.post(f"{place}/{action}").status_code
        seen.append((code, *(client.get(link).status_code for link in links)))

    assert seen == [(303, 410, 200), (303, 410, 200), (409, 410, 200), (303, 200, 200), (303, 200, 200)]
    assert [entry.action for entry in history(grant.kit.subject)][-2:] == ["kit.revoke", "kit.restore"]


def test_a_new_link_replaces_the_one_before_and_is_mailed(desk, client):
    grant = builders.a_grant()
    old = f"/en/kits/{queries.token_of(grant)}"

    desk.post(f"/desk/kits/{grant.kit.id}/people/{grant.id}/renew")

    db.session.expire_all()
    mail = db.session.scalars(db.select(Message)).one()
    new = f"/en/kits/{queries.token_of(grant)}"
    assert (mail.recipient, new[3:] in mail.text) == (grant.application.email, True)
    assert [client.get(link).status_code for link in (old, new)] == [410, 200]


def test_a_link_of_another_kit_is_not_found(desk):
    grant, other = builders.a_grant(), builders.a_kit()

    assert desk.post(f"/desk/kits/{other.id}/people/{grant.id}/revoke").status_code == 404

import io
import re
from html import unescape

import pytest

from pressroom import clock, links, storage
from pressroom.access import SYSTEM, Actor, Role
from pressroom.audit import history
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.kits import workflow
from pressroom.kits.models import Kit, KitFile, State, Version
from pressroom.releases import workflow as releases
from tests import builders


def typed(kit, *files, **values):
    words = {"version": str(kit.version), "fr": "Bonjour.", "en": "Welcome.", "file_language": "", **values}
    return {**words, "files": [(io.BytesIO(data), name) for name, data in files] or [(io.BytesIO(), "")]}


def errors_in(html):
    summary = re.search(r'id="error-summary".*?</ul>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", summary[0]) if summary else []
    return [unescape(re.sub("<[^>]+>", "", item)).replace("\N{NO-BREAK SPACE}", " ") for item in items]


def an_empty_kit():
    return builders.stored(workflow.create(builders.an_event(), by=SYSTEM, at=clock.now()))


def row_of(page, kit):
    row = next(row for row in page.split("<tr>") if f"/desk/kits/{kit.id}" in row)
    return [int(number) for number in re.findall(r'class="number"[^>]*>(\d+)<', row)]


def test_without_an_event_the_page_says_what_to_do(desk):
    assert "A press kit belongs to an event" in desk.get("/desk/kits/").text


def test_an_event_gets_one_kit_however_often_it_is_asked_for(desk):
    event = builders.an_event()

    places = {desk.post(f"/desk/kits/for/{event.id}").location for _ in range(2)}

    kit = db.session.scalars(db.select(Kit)).one()
    assert places == {f"/desk/kits/{kit.id}"}
    assert (kit.event_id, kit.state) == (event.id, State.DRAFT)
    assert [entry.action for entry in history(kit.subject)] == ["kit.create"]


def test_a_kit_is_filled_with_words_files_and_releases(desk):
    kit, release = an_empty_kit(), builders.a_published_release()
    files = (("Programme.txt", b"09:00"), ("notes", b"10:00"))

    answer = desk.post(
        f"/desk/kits/{kit.id}", data=typed(kit, *files, releases=release.id, file_language="fr")
    )

    assert answer.status_code == 303
    db.session.expire_all()
    draft = kit.draft
    assert {code: text.cover for code, text in draft.texts.items()} == {"fr": "Bonjour.", "en": "Welcome."}
    assert [chosen.release_id for chosen in draft.releases] == [release.id]
    assert [(file.name, file.language, storage.read(file.file_key)) for file in draft.files] == [
        ("Programme.txt", "fr", b"09:00"),
        ("notes.txt", "fr", b"10:00"),
    ]


def test_a_bad_file_is_named_and_everything_typed_is_kept(desk):
    kit, release = an_empty_kit(), builders.a_published_release()
    data = typed(
        kit,
        ("good.txt", b"x"),
        ("bad.txt", b"MZ\0"),
        fr="Mesdames & messieurs",
        releases=release.id,
        file_language="en",
    )

    answer = desk.post(f"/desk/kits/{kit.id}", data=data)

    assert answer.status_code == 422
    [error] = errors_in(answer.text)
    assert error.startswith("The file “bad.txt” must be one of: ")
    assert error.endswith(". Choose the other files again")
    assert "Mesdames &amp; messieurs" in answer.text
    assert re.search(rf'checked[^>]*value="{release.id}"|value="{release.id}"[^>]*checked', answer.text)
    assert '<option selected value="en">' in answer.text
    db.session.expire_all()
    assert (kit.draft.texts, kit.draft.files, kit.draft.releases) == ({}, [], [])


def test_good_files_are_asked_for_again_when_another_field_is_wrong(desk):
    kit = builders.a_kit()

    answer = desk.post(f"/desk/kits/{kit.id}", data=typed(kit, ("good.txt", b"x"), en="\0"))

    assert errors_in(answer.text) == [
        "Remove the line breaks and invisible characters.",
        "Choose the files again",
    ]


def test_of_two_people_the_second_is_told_and_keeps_the_text(desk):
    kit = builders.a_kit()
    data = typed(kit)
    desk.post(f"/desk/kits/{kit.id}", data=data)
    db.session.expire_all()

    answer = desk.post(f"/desk/kits/{kit.id}", data={**typed(kit, fr="Bonsoir."), "version": data["version"]})

    db.session.expire_all()
    assert answer.status_code == 409
    assert "Bonsoir." in answer.text
    assert kit.draft.texts["fr"].cover == "Bonjour."


@pytest.mark.parametrize("state", State)
def test_the_table_says_what_may_happen(app, state):
    kit = builders.a_kit(state=state)
    expected = {State.DRAFT: ["open"], State.OPEN: ["close"], State.CLOSED: ["open"]}

    assert workflow.allowed(kit, Role.OFFICER) == expected[state]
    assert workflow.allowed(kit, Role.REVIEWER) == []
    for action in set(workflow.TRANSITIONS) - set(expected[state]):
        with pytest.raises(Refused):
            workflow.act(kit, action, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    with pytest.raises(Refused):
        workflow.act(kit, expected[state][0], languages=(), by=Actor(Role.REVIEWER, "Zoé"), at=clock.now())


def test_a_kit_that_lacks_something_does_not_open(desk):
    kit = an_empty_kit()
    page = desk.get(f"/desk/kits/{kit.id}").text

    answer = desk.post(f"/desk/kits/{kit.id}/open")

    lacking = [
        "Write the cover text in French.",
        "Write the cover text in English.",
        "Add at least one file or one release.",
    ]
    assert [sentence in page for sentence in lacking] == [True, True, True]
    assert answer.status_code == 409
    assert lacking[0] in answer.text
    db.session.expire_all()
    assert kit.state is State.DRAFT


def test_a_kit_opens_closes_and_opens_again(desk):
    kit = builders.a_kit(state=State.DRAFT)

    seen = []
    for action in ("open", "close", "open"):
        answer = desk.post(f"/desk/kits/{kit.id}/{action}")
        db.session.expire_all()
        seen.append((answer.status_code, kit.state.value))

    assert seen == [(303, "open"), (303, "closed"), (303, "open")]
    assert [entry.action for entry in history(kit.subject)] == [
        "kit.fill",
        "kit.open",
        "kit.close",
        "kit.open",
    ]


def remove(desk, kit, name):
    file = next(file for file in kit.newest.files if file.name == name)
    return desk.post(f"/desk/kits/{kit.id}/files/{file.id}/remove").status_code


def names(version):
    return [file.name for file in version.files]


def test_a_file_that_no_version_holds_any_more_is_deleted(desk):
    kit = builders.a_kit(state=State.DRAFT, files=[("a.txt", b"1"), ("b.txt", b"2")])
    path = storage.store().path(kit.draft.files[0].file_key)

    code = remove(desk, kit, "a.txt")

    db.session.expire_all()
    storage.sweep()
    assert (code, names(kit.draft)) == (303, ["b.txt"])
    assert not path.exists()
    assert storage.store().path(kit.draft.files[0].file_key).exists()


def test_what_is_changed_in_an_open_kit_is_a_draft_until_it_is_published(desk):
    kit = builders.a_kit(files=[("a.txt", b"1"), ("b.txt", b"2")])
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, ("c.txt", b"3"), fr="Bonjour.", en="Welcome."))
    db.session.expire_all()
    remove(desk, kit, "a.txt")
    db.session.expire_all()
    path = storage.store().path(kit.current.files[0].file_key)
    page = unescape(desk.get(f"/desk/kits/{kit.id}").text)
    check = unescape(desk.get(f"/desk/kits/{kit.id}/publish").text)

    answer = desk.post(f"/desk/kits/{kit.id}/publish", data={"fr": "", "en": ""})

    db.session.expire_all()
    storage.sweep()
    first, second = kit.versions
    assert "Recipients still find version 1." in page
    assert [f"<dt>{word}</dt>" in check for word in ("Cover text", "Files added", "Files removed", "Files replaced")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert answer.status_code == 303  # nobody has the kit: no note is due
    assert (names(first), names(second)) == (["a.txt", "b.txt"], ["b.txt", "c.txt"])
    assert (kit.current.number, kit.draft) == (2, None)
    assert first.files[1].file_key == second.files[0].file_key
    assert path.exists()  # it stays as what some may hold
    assert [entry.action for entry in history(kit.subject)][-1] == "kit.publish"


def test_once_somebody_has_the_kit_a_new_version_says_in_each_language_what_changed(desk):
    kit = builders.a_kit()
    builders.a_grant(kit)
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit))

    refused = desk.post(f"/desk/kits/{kit.id}/publish", data={"fr": "Le plan est juste.", "en": " "})
    page = unescape(desk.get(f"/desk/kits/{kit.id}/publish").text)
    with pytest.raises(Refused):
        workflow.publish(kit, {"fr": "x"}, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    db.session.rollback()
    answer = desk.post(
        f"/desk/kits/{kit.id}/publish", data={"fr": "Le plan est juste.", "en": "The map is right."}
    )

    db.session.expire_all()
    assert "1 person has this press kit and finds the new version behind the same link." in page
    assert (refused.status_code, errors_in(refused.text)) == (422, ["Say what has changed"])
    assert "Le plan est juste." in refused.text
    assert answer.status_code == 303
    assert {code: text.note for code, text in kit.current.texts.items()} == {
        "fr": "Le plan est juste.",
        "en": "The map is right.",
    }
    assert desk.get(f"/desk/kits/{kit.id}/publish").status_code == 303  # there is nothing to publish


def test_a_version_that_lacks_something_is_not_published(desk):
    kit = builders.a_kit()
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, en=""))

    page = desk.get(f"/desk/kits/{kit.id}/publish").text
    answer = desk.post(f"/desk/kits/{kit.id}/publish", data={"fr": "a", "en": "b"})

    db.session.expire_all()
    assert "Write the cover text in English." in page
    assert (answer.status_code, kit.current.number) == (409, 1)


def test_a_draft_is_dropped_and_the_kit_is_as_it_was(desk):
    kit = builders.a_kit()
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, ("new.txt", b"x")))
    db.session.expire_all()
    path = storage.store().path(kit.draft.files[-1].file_key)

    code = desk.post(f"/desk/kits/{kit.id}/discard").status_code

    db.session.expire_all()
    storage.sweep()
    assert (code, kit.draft, names(kit.newest), path.exists()) == (303, None, ["Programme.txt"], False)
    assert db.session.scalar(db.select(db.func.count(KitFile.id))) == 1


def test_saving_what_is_there_already_makes_no_draft(desk):
    kit = builders.a_kit()
    covers = {code: text.cover for code, text in kit.current.texts.items()}

    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, **covers))

    db.session.expire_all()
    assert db.session.scalar(db.select(db.func.count(Version.id))) == 1


def test_assets_of_the_library_come_in_with_the_words_that_they_have_when_published(desk):
    restricted, other = builders.an_asset(restricted=True), builders.an_asset(name="Plan.png")
    kit = builders.a_kit()
    page = unescape(desk.get(f"/desk/kits/{kit.id}").text)
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, assets=[restricted.id, other.id]))
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, assets=[restricted.id], version=str(kit.version)))
    db.session.expire_all()
    draft = kit.draft
    before = draft.files[0].digest
    restricted.credit = "Somebody else"
    db.session.commit()
    desk.post(f"/desk/kits/{kit.id}/publish", data={"fr": "", "en": ""})

    db.session.expire_all()
    assert "A full room (Salle pleine.png) – Reserved for accredited media" in page
    assert names(kit.current) == ["Salle pleine.png", "Programme.txt"]
    [copy, _] = kit.current.files
    assert copy.digest != before
    assert b"Somebody else" in storage.read(copy.file_key)


def test_the_hours_of_a_kit_hold_at_once(desk):
    kit = builders.a_kit()
    typed_hours = {"opens_at": "2030-01-02T09:00", "embargo_until": "2030-01-03T09:00", "expires_at": ""}

    wrong = desk.post(f"/desk/kits/{kit.id}/hours", data={**typed_hours, "expires_at": "2030-01-02T10:00"})
    answer = desk.post(f"/desk/kits/{kit.id}/hours", data=typed_hours)

    db.session.expire_all()
    assert errors_in(wrong.text) == ["The links must stop after the kit opens and its embargo ends."]
    assert "2030-01-03T09:00" in wrong.text
    assert answer.status_code == 303
    assert [moment and moment.isoformat() for moment in (kit.opens_at, kit.embargo_until, kit.expires_at)] == [
        "2030-01-02T08:00:00+00:00", "2030-01-03T08:00:00+00:00", None,
    ]  # fmt: skip
    assert "3 January 2030, 09:00" in desk.get(f"/desk/kits/{kit.id}").text
    assert "2030-01-03T09:00" in desk.get(f"/desk/kits/{kit.id}/hours").text


def test_every_version_that_was_published_can_be_looked_at(desk):
    kit = builders.a_kit()
    desk.post(f"/desk/kits/{kit.id}", data=typed(kit, fr="Autrement."))
    desk.post(f"/desk/kits/{kit.id}/publish", data={"fr": "", "en": ""})

    pages = [desk.get(f"/desk/kits/{kit.id}/versions/{number}/fr") for number in (1, 2, 3)]

    assert ["Autrement." in page.text for page in pages] == [False, True, False]
    assert [page.status_code for page in pages] == [200, 200, 404]


def test_the_list_counts_who_was_sent_the_kit_and_who_took_nothing_yet(desk):
    kit, other = builders.a_kit(), builders.a_kit()
    grants = [builders.a_grant(kit) for _ in range(3)]
    workflow.note_fetch(grants[0], kit.current.files[0], at=clock.now())
    workflow.note_fetch(grants[0], "*", at=clock.now())
    db.session.commit()

    page = desk.get("/desk/kits/").text

    assert row_of(page, kit) == [3, 2]
    assert row_of(page, other) == [0, 0]


def test_the_preview_is_what_a_recipient_sees_without_buttons(desk):
    kit = builders.a_kit(releases=[builders.a_published_release()])

    page = desk.get(f"/desk/kits/{kit.id}/preview/fr").text

    assert "Bonjour à toutes et à tous." in page
    assert "Le forum <em>ouvre</em>" in page
    assert f'href="/desk/kits/{kit.id}/files/{kit.current.files[0].id}"' in page
    assert "Tout télécharger" not in page


def test_the_desk_fetches_a_file_without_it_counting(desk):
    kit = builders.a_kit()
    builders.a_grant(kit)

    answer = desk.get(f"/desk/kits/{kit.id}/files/{kit.current.files[0].id}", buffered=True)

    assert (answer.status_code, answer.data) == (200, b"09:00 Ouverture")
    assert row_of(desk.get("/desk/kits/").text, kit) == [1, 1]


def test_the_link_is_derived_and_only_its_digest_is_stored(app):
    grant = builders.a_grant()

    assert grant.link_digest == links.digest(links.mint("kit", grant.id))


def test_a_release_that_is_withdrawn_says_so_among_the_choices(desk):
    release = builders.a_published_release()
    kit = builders.a_kit(releases=[release])
    reasons = {"en": "A figure was wrong.", "fr": "Un chiffre était faux."}
    releases.withdraw(release, notes=reasons, by=SYSTEM, at=clock.now())
    db.session.commit()

    page = unescape(desk.get(f"/desk/kits/{kit.id}").text)

    assert f"{release.texts['en'].latest.headline} (Withdrawn from publication)" in page

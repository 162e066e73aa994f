"""The journal's page: sentences, what they are about, filters in the address, and the file to take away."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from pressroom import audit, clock
from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.accreditation.models import Document
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.newsroom.entries import KINDS
from tests import builders

ANNA = Actor(Role.REVIEWER, "Anna Berg", "anna")
PRESSROOM = Actor(Role.ADMIN, "pressroom")  # the command line
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def done(action, subject="thing:1", *, by=ANNA, at=NOON):
    audit.record(action, subject, by=by, at=at)
    db.session.commit()


def rows(client, query=""):
    """What the table says: when, what, about, who."""
    response = client.get(f"/desk/journal/{query}")
    assert response.status_code == 200
    body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", body, re.DOTALL)]
    return [tuple(cells[start : start + 4]) for start in range(0, len(cells), 4)]


def told(client, query=""):
    return [row[1] for row in rows(client, query)]


def test_an_empty_journal_says_so(desk):
    assert "What the press office does appears here." in desk.get("/desk/journal/").text


def test_each_action_is_a_sentence_with_its_hour_and_its_author_newest_first(desk):
    done("release.publish:fr", "release:unknown", by=SYSTEM)
    done("accreditation.submit", "application:unknown", by=APPLICANT._replace(name="Zarquon Canary"))
    done("kit.open", "kit:unknown", at=NOON + timedelta(hours=1))
    done("staff.add", "staff:unknown", by=PRESSROOM, at=NOON + timedelta(hours=2))

    assert rows(desk) == [
        ("20 Nov 2026, 15:00", "A person was added", "staff:unknown", "pressroom"),
        ("20 Nov 2026, 14:00", "A press kit was opened", "kit:unknown", "Anna Berg"),
        ("20 Nov 2026, 13:00", "A request was received", "application:unknown", "Applicant"),
        (
            "20 Nov 2026, 13:00",
            "A press release was published or scheduled",
            "release:unknown",
            "Pressroom itself",
        ),
    ]


def test_what_still_exists_is_named_and_linked(admin):
    kit = builders.a_kit()
    application = builders.an_application(kit.event)
    asset = builders.an_asset()
    release = builders.a_published_release()
    proof = Document(
        application_id=application.id, name="Carte.pdf", media_type="application/pdf", size=3, file_key="x",
        digest="x", created_at=NOON,
    )  # fmt: skip
    builders.stored(proof)
    for subject in (
        f"document:{proof.id}",
        f"event:{kit.event_id}", f"kit:{kit.id}", f"application:{application.id}", f"asset:{asset.id}",
        f"release:{release.id}", f"staff:{admin.staff_id}", "release:gone",
    ):  # fmt: skip
        done("thing.do", subject)

    page = admin.get("/desk/journal/").text
    about = re.findall(
        r'<td data-label="About"><(?:a href="([^"]+)"|span)(?: lang="(..)")?[^>]*>([^<]+)<', page
    )
    title = "Forum on Competitiveness Clusters"
    assert about[:8] == [
        ("", "", "release:gone"),
        ("/desk/staff/", "", "Zoé Martin"),
        (f"/desk/releases/{release.id}", "en", "Clusters meet"),
        (f"/desk/media/{asset.id}", "", "Salle pleine.png"),
        (f"/desk/accreditation/{kit.event_id}/{application.id}", "", application.reference),
        (f"/desk/kits/{kit.id}", "en", title),
        (f"/desk/events/{kit.event_id}", "en", title),
        (f"/desk/accreditation/{kit.event_id}/{application.id}", "", application.reference),
    ]


def test_filters_stand_in_the_address(app, desk):
    ben = builders.a_member_of_staff(name="Ben Ahmed")
    done("kit.open", "kit:1", by=Actor(Role.OFFICER, "Ben Ahmed", ben.id))
    done("kit.close", "kit:1", by=PRESSROOM)
    done("event.create", "event:1", by=SYSTEM, at=NOON + timedelta(days=1))
    done("accreditation.submit", "application:1", by=APPLICANT, at=NOON + timedelta(days=2))
    opened, closed = "A press kit was opened", "A press kit was closed"
    created, received = "An event was created", "A request was received"

    assert told(desk, "?kind=kit") == [closed, opened]
    assert told(desk, f"?person={ben.id}") == [opened]
    assert told(desk, "?person=system") == [created, closed]
    assert told(desk, "?person=applicant") == [received]
    assert told(desk, "?since=2026-11-21") == [received, created]
    assert told(desk, "?until=2026-11-20") == [closed, opened]
    assert told(desk, "?since=2026-11-21&until=2026-11-21") == [created]
    assert told(desk, f"?kind=kit&person={ben.id}&since=2026-11-01&until=2026-11-30") == [opened]
    nothing = desk.get("/desk/journal/?kind=release").text
    assert "No action matches these filters." in nothing
    assert '<a class="button button-secondary" href="/desk/journal/">Clear filters</a>' in nothing
    page = desk.get(f"/desk/journal/?kind=kit&person={ben.id}&since=2026-11-01").text
    assert '<option value="kit" selected>' in page
    assert f'<option value="{ben.id}" selected>' in page
    assert 'id="since" name="since" type="date" value="2026-11-01"' in page


def test_a_day_is_the_office_s(desk):
    done("kit.open", at=datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    done("kit.close", at=datetime(2026, 11, 20, 23, 0, tzinfo=UTC))

    assert told(desk, "?until=2026-11-20") == ["A press kit was opened"]
    assert told(desk, "?since=2026-11-21") == ["A press kit was closed"]


@pytest.mark.parametrize(
    "query",
    [
        "?kind=%00&person=%00&since=%00&until=%00", "?kind=zz", "?person=zz", "?since=0001-01-01", "?until=9999-12-31",
        "?since=abc&until=2026-02-30", "?page=999", "?page=-1", "?page=abc", "?kind=" + "k" * 20_000, "?since=20261120T",
    ],
)  # fmt: skip
def test_what_makes_no_sense_narrows_nothing(desk, query):
    done("kit.open")

    assert told(desk, query) == ["A press kit was opened"]


def test_many_entries_are_several_pages_that_keep_the_filter(desk):
    for _ in range(51):
        audit.record("kit.open", "kit:1", by=ANNA, at=NOON)
    done("event.create", "event:1")

    assert len(told(desk, "?kind=kit")) == 50
    assert len(told(desk, "?kind=kit&page=2")) == 1
    assert "/desk/journal/?kind=kit&amp;page=2" in desk.get("/desk/journal/?kind=kit").text


@pytest.mark.parametrize(("role", "status"), [(Role.REVIEWER, 403), (Role.DOOR, 403), (Role.ADMIN, 200)])
def test_only_officers_and_administrators_read_it(app, role, status):
    assert builders.signed_in(app, role=role).get("/desk/journal/").status_code == status


def test_a_name_that_was_blanked_is_said_to_be(desk):
    done("kit.open", by=ANNA._replace(name=""))

    assert rows(desk)[0][3] == "Name deleted"


def test_the_home_leads_to_it(app, desk):
    done("kit.open")

    assert 'href="/desk/journal/"' in desk.get("/desk/").text
    assert 'href="/desk/journal/"' not in builders.signed_in(app, role=Role.DOOR).get("/desk/").text


def test_every_kind_of_thing_that_is_written_down_can_be_filtered(office):
    subjects = db.session.scalars(db.select(Entry.subject).distinct())

    assert {subject.partition(":")[0] for subject in subjects} <= KINDS.keys()
    assert {"reason", "subscription", "mail"} <= KINDS.keys()  # nothing of which happens in the example


def test_it_is_taken_away_as_csv_which_is_an_entry_itself(desk):
    now = clock.now()
    done("kit.open", "kit:1", by=ANNA._replace(name="=HYPERLINK(1)"))
    done("event.create", "event:1")

    response = desk.post("/desk/journal/export?kind=kit")

    assert (response.status_code, response.mimetype) == (200, "text/csv")
    assert re.fullmatch(
        r"attachment; filename=journal-\d{4}-\d\d-\d\d\.csv", response.headers["Content-Disposition"]
    )
    table = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert table[0] == ["Number", "When", "Who", "What happened", "Action", "About"]
    assert [row[:2] + row[3:] for row in table[1:]] == [
        ["1", "2026-11-20 13:00:00+01:00", "A press kit was opened", "kit.open", "kit:1"]
    ]
    assert table[1][2] == "'=HYPERLINK(1)"
    last = audit.history("journal:all")[-1]
    assert (last.action, last.actor_id, last.at >= now) == ("journal.export", desk.staff_id, True)
    assert list(audit.verify()) == []

"""The example: what it promises to hold, that it is loaded once, and that each of its texts keeps to its language."""

import io
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import func

from pressroom import demo, markup, pages, storage
from pressroom.access import Role
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.accreditation.reasons import REASONS
from pressroom.alerts import queries as alerts
from pressroom.alerts.models import Subscription
from pressroom.contacts import duplicates, importing
from pressroom.contacts import queries as contacts
from pressroom.contacts.models import Consent, Contact, Import
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Copy, Dispatch, Message, Suppression
from pressroom.delivery.models import State as MessageState
from pressroom.demo import drawings, texts
from pressroom.demo.calendar import Calendar
from pressroom.dispatches import fates, tasks
from pressroom.dispatches import queries as dispatches
from pressroom.dispatches.fates import Fate
from pressroom.errors import Refused
from pressroom.events import queries as events
from pressroom.events.models import Late
from pressroom.events.models import State as EventState
from pressroom.events.questions import QUESTIONS
from pressroom.kits import queries as kit_queries
from pressroom.kits.models import Fetch, Kit
from pressroom.media import renditions
from pressroom.media.models import Asset, Kind
from pressroom.releases import queries
from pressroom.releases.models import Release
from pressroom.staff import passwords
from pressroom.staff.models import PressContact, Staff
from tests import builders, rows
from tests.conftest import make_app

NOW = datetime(2026, 5, 18, 15, 40, tzinfo=UTC)
# Small words that one language uses all the time and the other never does.
FRENCH = {
    "le",
    "la",
    "les",
    "des",
    "du",
    "et",
    "une",
    "dans",
    "avec",
    "pour",
    "est",
    "sur",
    "qui",
    "vous",
    "nous",
}
ENGLISH = {
    "the",
    "of",
    "and",
    "to",
    "with",
    "for",
    "is",
    "are",
    "from",
    "which",
    "you",
    "we",
    "by",
    "at",
    "their",
}
NONE = dict.fromkeys(Fate, 0)
FOREIGN = {"fr": ENGLISH, "en": FRENCH}
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s/]+")


@pytest.fixture(scope="module")
def example(database_kind, tmp_path_factory):
    """A folder with the example in it, its database, and its sign-in."""
    folder = tmp_path_factory.mktemp("example")
    url = database_kind.create(folder, like=database_kind.migrated)
    with make_app(folder, DATABASE_URL=url).app_context():
        sign_in = demo.load(at=NOW)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return folder, url, sign_in


@pytest.fixture
def app(example, its_own, tmp_path):
    """An office that holds the example, of its own for every test."""
    shutil.copytree(example[0], tmp_path, dirs_exist_ok=True)
    return its_own(like=example[1], WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)


@pytest.fixture
def loaded(example, app):
    return example[2]


@pytest.fixture
def empty(its_own):
    """An office that holds nothing yet."""
    return its_own()


def named(headline):
    release = next(
        r
        for r in db.session.scalars(db.select(Release))
        if headline in queries.shown_text(r, "fr").latest.headline
    )
    return release, queries.stage(release, NOW)


def test_loading_again_changes_nothing_and_tells_the_sign_in_again(loaded):
    before = rows.counted()

    again = demo.load(at=NOW + timedelta(days=1))

    assert again == loaded
    assert rows.counted() == before


def test_an_office_at_work_gets_no_example(empty):
    builders.a_member_of_staff(email="someone@press.example")

    assert demo.load(at=NOW) is None
    assert db.session.scalar(db.select(func.count()).select_from(Release)) == 0


def test_a_password_that_was_changed_is_told_no_more(loaded):
    officer = db.session.scalar(db.select(Staff).filter_by(email=loaded.officer))
    officer.password_hash = passwords.hashed("another password")

    assert demo.load(at=NOW) is None


def test_loading_commits_nothing(empty):
    demo.load(at=NOW)
    db.session.rollback()

    assert set(rows.counted().values()) == {0}


def test_production_refuses_the_example(empty):
    empty.config["ENV"] = "production"

    with pytest.raises(Refused):
        demo.load(at=NOW)


def test_every_role_signs_in(app, loaded):
    accounts = db.session.scalars(db.select(Staff).order_by(Staff.email)).all()

    assert [account.role for account in accounts] == [Role.ADMIN, Role.DOOR, Role.OFFICER, Role.REVIEWER]
    assert (loaded.admin, loaded.officer) == (accounts[0].email, accounts[2].email)
    for account in accounts:
        posted = app.test_client().post(
            "/desk/sign-in", data={"email": account.email, "password": loaded.password}
        )
        assert posted.status_code == 303, account.email


def test_releases_stand_at_every_stage(loaded):
    releases = db.session.scalars(db.select(Release)).all()

    assert Counter(queries.stage(release, NOW).value for release in releases) == {
        "published": 7, "embargoed": 1, "scheduled": 1, "draft": 1,
    }  # fmt: skip
    assert Counter("+".join(sorted(release.texts)) for release in releases) == {"en+fr": 8, "fr": 1, "en": 1}
    outdated = [text.latest.headline for r in releases for text in r.texts.values() if queries.outdated(text)]
    assert outdated == ["First steps abroad: Foundation to fund twenty study trips"]
    trips, labs = named("Premiers pas")[0], named("Laboratoires ouverts")[0]
    assert [len(queries.pending(trips, code)) for code in ("fr", "en")] == [0, 1]
    assert [queries.told(labs, code)[0].texts[code].number for code in ("fr", "en")] == [2, 2]
    assert "a third of them by under-18s" in labs.texts["en"].public.body
    assert "half of them by under-18s" in labs.texts["en"].revisions[0].body
    assert named("sentier")[0].texts.keys() == {"fr"}
    assert named("Six visiting fellowships")[1] == "draft"


def test_the_embargo_ends_in_three_days_and_the_programme_follows(loaded):
    embargoed, programme = named("Baromètre")[0], named("programme est complet")[0]

    assert embargoed.embargo_until == datetime(2026, 5, 21, 8, tzinfo=UTC)
    assert (programme.publish_at, programme.embargo_until) == (datetime(2026, 5, 26, 8, tzinfo=UTC), None)


def test_the_newest_release_belongs_to_the_open_event(loaded):
    newest = db.session.scalars(queries.listed("fr", NOW)).first()

    assert newest is named("trente délégations")[0]
    assert events.window(newest.event, NOW) is events.Window.OPEN
    assert newest.number == "2026-006"


def test_events_are_open_over_and_postponed(loaded):
    ahead = db.session.scalars(events.announced(NOW)).all()
    over = db.session.scalars(events.past(NOW)).all()

    assert [(event.starts_at, event.state, len(event.days)) for event in (*ahead, *over)] == [
        (datetime(2026, 6, 11, 6, 30, tzinfo=UTC), EventState.ANNOUNCED, 3),
        (datetime(2026, 6, 25, 7, tzinfo=UTC), EventState.ANNOUNCED, 1),
        (datetime(2026, 6, 11, 6, tzinfo=UTC), EventState.POSTPONED, 1),
        (datetime(2026, 4, 4, 8, tzinfo=UTC), EventState.ANNOUNCED, 1),
    ]
    assert [events.window(event, NOW).value for event in ahead] == ["open", "open", "closed"]
    assert all(event.texts.keys() == {"fr", "en"} and event.contact for event in (*ahead, *over))
    (change,) = ahead[2].changes
    assert (change.kind, change.notes.keys(), change.told) == ("postponed", {"fr", "en"}, False)


def test_the_events_use_what_an_event_can_ask_for(loaded):
    sea, forum, _breakfast = db.session.scalars(events.announced(NOW)).all()

    assert {category.code: (category.quota, category.asks) for category in forum.categories} == {
        "written": (24, []), "online": (14, []), "broadcast": (8, ["live_position"]),
        "photo": (6, ["photo_position"]), "agency": (6, []), "technical": (4, []),
    }  # fmt: skip
    assert (forum.quota, forum.outlet_quota, forum.late) == (60, 2, Late.REFUSED)
    assert [(own.name, own.quota) for own in forum.outlet_quotas] == [("Agence Téranga", 4)]
    assert (sea.late, sea.venue_is_private) == (Late.TAKEN, True)
    assert sea.categories[3].names == {"fr": "Presse scientifique", "en": "Science press"}
    assert {
        code for event in (sea, forum) for one in event.categories for code in one.asks
    } <= QUESTIONS.keys()


def test_whatever_the_day_the_calendar_holds_together():
    facts = texts.table("office")
    waited = max(float(row["days"]) for row in texts.rows("applications") if row["event"] == "forum")
    for day in range(1000):
        calendar = Calendar(NOW + timedelta(days=day), ZoneInfo("Europe/Paris"), facts["days"])
        today = calendar.at.date()
        forum, sea, labs = (
            calendar.day(facts["events"][name]["day"], facts["events"][name]["weekday"])
            for name in ("forum", "sea", "labs")
        )

        assert 28 <= (forum - today).days + facts["events"]["forum"]["close"] <= 56
        assert (forum - today).days + facts["events"]["forum"]["open"] < -waited - 1
        assert (1, 5) < (forum.month, forum.day) < (12, 20)
        assert today + timedelta(days=9) < sea + timedelta(days=facts["events"]["sea"]["close"])
        assert sea <= forum
        assert (today - labs).days > 42  # when its results were published


def test_applications_are_in_every_state(loaded):
    applications = db.session.scalars(db.select(Application)).all()

    assert Counter(application.state for application in applications) == {
        ApplicationState.RECEIVED: 15, ApplicationState.IN_REVIEW: 3, ApplicationState.INFO_REQUESTED: 3,
        ApplicationState.WAITLISTED: 2, ApplicationState.OFFERED: 1, ApplicationState.APPROVED: 20,
        ApplicationState.DECLINED: 7, ApplicationState.WITHDRAWN: 5, ApplicationState.REVOKED: 3,
        ApplicationState.CLOSED: 1,
    }  # fmt: skip
    declined = {a.reason for a in applications if a.state is ApplicationState.DECLINED}
    assert declined == REASONS.keys()
    assert sum(a.verified_at is None for a in applications) == 5
    assert sum(a.history[-1].action == "answer" for a in applications) == 2
    assert Counter(a.language for a in applications) == {"fr": 32, "en": 28}
    assert (max(len(a.name) for a in applications), max(len(a.outlet) for a in applications)) == (60, 80)
    assert all(a.samples or a.documents for a in applications)
    assert Counter(bool(a.came_at) for a in applications if a.event.ends_at < NOW and a.state == "approved") == {
        True: 6, False: 3,
    }  # fmt: skip
    assert Counter((r.is_internal, r.author_role.value) for a in applications for r in a.remarks) == {
        (True, "reviewer"): 2, (False, "reviewer"): 1, (False, "applicant"): 2,
    }  # fmt: skip


def test_everything_happened_in_order_and_before_now(loaded):
    for application in db.session.scalars(db.select(Application)):
        moments = [application.submitted_at, *(step.at for step in application.history), NOW]
        assert moments == sorted(moments), application.name
        assert not application.is_pending(NOW)
        assert application.event.requests_open_at < application.submitted_at


def test_the_accredited_have_the_kit_and_some_have_fetched_it(loaded):
    kit = db.session.scalar(db.select(Kit))
    fetches = Counter(fetch.number for fetch in db.session.scalars(db.select(Fetch)))
    assert kit_queries.counts([kit.id]) == {kit.id: (11, 5)}
    assert (fetches, pages.counted(kit_queries.behind(kit))) == ({1: 6, 2: 3}, 3)
    assert [
        [(file.name, file.language) for file in version.files if not file.asset] for version in kit.versions
    ] == [[("plan-map.pdf", None), ("programme-en.txt", "en"), ("programme-fr.txt", "fr")]] * 2
    assert [len(version.files) for version in kit.versions] == [3, 5]
    assert all(text.note for text in kit.current.texts.values())


def test_no_mail_waits_to_leave_and_each_tells_how_it_ended(loaded):
    messages = db.session.scalars(db.select(Message)).all()

    assert not {message.state for message in messages} & {*outbox.LIVE, MessageState.SENDING}
    assert all(message.events[-1].state is message.state for message in messages)
    assert {message.state for message in messages if message.dispatch_id is None} == {MessageState.KEPT}


def test_its_mailings_are_finished_scheduled_and_drafted(loaded):
    rows = db.session.scalars(db.select(Dispatch).order_by(Dispatch.created_at, Dispatch.kind))

    assert [(one.kind.value, one.state.value, fates.counts(one.id).by_fate) for one in rows] == [
        ("kit", "finished", {**NONE, Fate.ACCEPTED: 8, Fate.FAILED: 3}),
        ("release", "finished", {**NONE, Fate.ACCEPTED: 4}),
        ("advisory", "draft", NONE),
        ("release", "scheduled", NONE),
    ]


def test_the_report_of_the_kit_has_an_answer_of_every_sort(loaded):
    kit = db.session.scalar(db.select(Dispatch).filter_by(kind="kit"))

    told = [(cause.key, row.smtp_code) for cause, rows in fates.failures(kit.id) for row in rows]
    assert told == [("unknown", 550), ("full", 552), ("unwanted", None)]
    assert dispatches.fetched(kit) == (6, 2)
    assert pages.counted(db.select(Copy).filter_by(by="message")) == 4


def test_what_falls_due_at_once_sends_nothing_again(app, loaded):
    before = rows.counted()

    tasks.fall_due(NOW)

    assert rows.counted() == before


def test_journalists_are_known_by_lists_topics_and_consent(loaded):
    brought = db.session.scalar(db.select(Import))
    sizes = {one.name: contacts.sizes()[one.id] for one in contacts.lists()}

    assert {outcome.value: number for outcome, number in importing.counts(brought).items()} == {
        "added": 12, "updated": 1, "refused": 3,
    }  # fmt: skip
    assert sizes == {"Presse internationale": 5, "Presse régionale": 8}
    assert Counter(one.given for one in db.session.scalars(db.select(Consent))) == {True: 13, False: 1}
    assert [(pair.one.name, pair.why) for pair in duplicates.pairs()] == [("Guilhem Roumégas", ["name"])]
    assert [
        {outlet.name for outlet in pair}
        for pair in duplicates.outlets()
        if "Gazette" in pair[0].name
    ] == [{"La Gazette du littoral", "Gazette du Littoral"}]  # fmt: skip


def test_some_want_alerts_in_each_language(loaded):
    live = db.session.scalars(db.select(Subscription).where(alerts.live())).all()

    assert Counter(one.language for one in live) == {"fr": 2, "en": 2}
    assert {code: number.waiting for code, number in alerts.numbers().items()} == {"en": 0, "fr": 1}
    assert Counter((one.scope.partition(":")[0], one.reason.value) for one in db.session.scalars(db.select(Suppression))) == {
        ("", "unknown"): 1, ("event", "unsubscribed"): 1, ("contacts", "asked"): 1, ("alerts", "unsubscribed"): 1,
    }  # fmt: skip


def test_pictures_are_drawn_alike_and_light(loaded):
    pictures = [asset for asset in db.session.scalars(db.select(Asset)) if asset.is_picture]

    assert len(pictures) == len(drawings.PICTURES) + 1  # and the logo
    for asset in pictures:
        file, data = asset.download, storage.read(asset.download.key)
        assert Image.open(io.BytesIO(data)).size == (file.width, file.height) == (1600, 1067)
        assert len(data) == file.size < 200_000
        assert renditions.missing(asset) == {renditions.LATER}
        assert all(text.alt for text in asset.texts.values())
    assert drawings.jpeg("coast") == drawings.jpeg("coast")


def test_the_library_has_something_of_every_kind(loaded):
    assets = db.session.scalars(db.select(Asset)).all()

    assert {asset.kind for asset in assets} == set(Kind)
    assert [asset.name for asset in assets if asset.restricted] == ["auditorium.jpg"]
    assert len({asset.licence for asset in assets}) == 4
    assert {asset.credit for asset in assets} == {"Pressroom"}
    for asset in assets:
        assert asset.texts.keys() == {"fr", "en"}
        assert all(text.caption and text.label for text in asset.texts.values())
        assert asset.kind is not Kind.AUDIO or all(text.transcript for text in asset.texts.values())


def written_words():
    """Each text as (name, language, words), without the foreign phrases that say so and the name of a square."""
    for path in sorted(texts.DATA.glob("**/*.??*.*")):
        language = path.name.split(".")[1]
        yield (
            path.name,
            language,
            re.sub(r"\[[^\]]*\]\{lang=\w+\}|place des Pins", "", path.read_text("utf-8")),
        )
    for number, row in enumerate(texts.rows("applications")):
        yield f"application {number}", row["language"], " ".join((row["needs"], row["note"], row["answer"]))
    for asset in texts.table("pictures")["assets"]:
        for language in ("fr", "en"):
            yield asset["name"], language, " ".join(asset[language].values())


def test_each_text_keeps_to_its_language():
    for name, language, words in written_words():
        found = FOREIGN[language] & set(re.findall(r"[\w’]+", words.lower()))
        assert not found, f"{name} ({language}): {found}"


def test_texts_use_typographic_marks():
    for name, language, words in written_words():
        prose = re.sub(r"^(?:---|\d+\.|-|>|#+)", "", words, flags=re.MULTILINE)
        assert not re.search(r"['\"]|\.\.\.", prose), name
        if language == "fr":
            assert not re.search(r"[“”\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]|\w[;!?»]|«\S", prose), name
        else:
            assert not re.search(r"[«»]|\s[;:!?]\s", prose), name


def test_releases_are_neither_notes_nor_essays(loaded):
    for release in db.session.scalars(db.select(Release)):
        for text in release.texts.values():
            words = text.latest.words
            assert 120 <= len(re.findall(r"\w+", markup.plain_text(words.body))) <= 400, words.headline
            assert all(tag in words.body for tag in ("<h2>", "<li>", "<blockquote>")), words.headline
            assert "$" not in words.body + words.lead
    english = [r.texts["en"].latest.body for r in db.session.scalars(db.select(Release)) if "en" in r.texts]
    assert all('<span lang="fr">' in body for body in english)


def test_nobody_can_be_reached(loaded):
    stored = [
        row.email
        for model in (Staff, PressContact, Application, Contact, Subscription)
        for row in db.session.scalars(db.select(model))
    ]
    written = [path.read_text("utf-8") for path in texts.DATA.glob("**/*.*")]
    found = {address for text in (*stored, *written) for address in ADDRESS.findall(text)}

    assert len(found) > 60
    assert [address for address in sorted(found) if not address.endswith(".example")] == []
    phones = set(re.findall(r"\+\d[\d ]{8,}\d", "\n".join(written)))
    assert [phone for phone in sorted(phones) if not phone.startswith(("+33 1 99 00 ", "+44 1632 960"))] == []


def test_the_welcome_says_where_how_and_how_to_stop(app, loaded):
    said = demo.welcome("http://127.0.0.1:8000", loaded)

    assert (
        said
        == """\
Pressroom is ready.

  In French       http://127.0.0.1:8000/fr/
  In English      http://127.0.0.1:8000/en/
  Press office    http://127.0.0.1:8000/desk/
    officer       officer@foundation.example
    administrator admin@foundation.example
    password      cigales-et-pins

Mail is in test mode: nothing leaves, every message can be read at http://127.0.0.1:8000/desk/messages/
Ctrl-C stops the site.
"""
    )


def test_the_welcome_to_an_office_at_work_tells_no_password(empty):
    empty.config["MAIL_URL"] = "smtp://mail.press.example"

    said = demo.welcome("https://press.example", None)

    assert (
        said
        == """\
Pressroom is ready.

  In French       https://press.example/fr/
  In English      https://press.example/en/
  Press office    https://press.example/desk/
Ctrl-C stops the site.
"""
    )

"""A download's own address: what it stands for, how long, and in which parts it is given (RFC 9110, 14)."""

import hashlib
import threading
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.database import db
from pressroom.kits import queries, tasks
from pressroom.kits.models import Fetch
from tests import builders

DATA = bytes(range(256)) * 40
SIZE = len(DATA)
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'


@pytest.fixture
def grant(app):
    return builders.a_grant(builders.a_kit(files=[("Programme – été.bin", DATA)]))


@pytest.fixture
def place(client, grant):
    file = grant.kit.current.files[0]
    return client.post(f"/fr/kits/{queries.token_of(grant)}/files/{file.id}").location


def ask(client, place, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(place, method=method, headers=named, buffered=True)


def fetch():
    db.session.rollback()
    columns = (Fetch.what, Fetch.number, Fetch.at, Fetch.completed_at)
    found = db.session.execute(db.select(*columns)).one()
    db.session.rollback()  # nobody waits for what a test looks at
    return found


def test_pressing_notes_it_and_leads_to_an_address_without_the_person_s_link(client, grant, place):
    answer = ask(client, place)

    assert queries.token_of(grant) not in place
    assert (answer.status_code, answer.data) == (200, DATA)
    assert {name: answer.headers[name] for name in ("ETag", "Accept-Ranges", "Content-Security-Policy", "Cache-Control", "Referrer-Policy")} == {
        "ETag": ETAG,
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }  # fmt: skip
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Programme  ete.bin\"; filename*=UTF-8''Programme%20%E2%80%93%20%C3%A9t%C3%A9.bin"
    )
    assert (fetch().what, fetch().number) == ("Programme – été.bin", 1)


@pytest.mark.parametrize(
    ("asked", "code", "data", "said"),
    [
        ("bytes=0-99", 206, DATA[:100], f"bytes 0-99/{SIZE}"),
        ("bytes=100-", 206, DATA[100:], f"bytes 100-{SIZE - 1}/{SIZE}"),
        ("bytes=-10", 206, DATA[-10:], f"bytes {SIZE - 10}-{SIZE - 1}/{SIZE}"),
        (f"bytes=0-{SIZE * 2}", 206, DATA, f"bytes 0-{SIZE - 1}/{SIZE}"),
        ("bytes=0-9,20-29", 200, DATA, None),
        ("bytes=9-3", 200, DATA, None),
        ("lines=1-2", 200, DATA, None),
        ("nonsense", 200, DATA, None),
    ],
)
def test_the_part_that_is_asked_for_is_given_and_of_anything_else_the_whole(
    client, place, asked, code, data, said
):
    answer = ask(client, place, Range=asked)

    assert (answer.status_code, answer.data, answer.headers.get("Content-Range")) == (code, data, said)
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["ETag"] == ETAG


def test_a_part_beyond_the_end_does_not_exist(client, place):
    answer = ask(client, place, Range=f"bytes={SIZE}-")

    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_an_interrupted_download_resumes_only_what_is_the_same(client, place):
    same = ask(client, place, Range="bytes=100-", If_Range=ETAG)
    other = ask(client, place, Range="bytes=100-", If_Range='"another"')
    weak = ask(client, place, Range="bytes=100-", If_Range=f"W/{ETAG}")

    assert (same.status_code, same.data) == (206, DATA[100:])
    assert (other.status_code, other.data) == (200, DATA)
    assert (weak.status_code, weak.data) == (200, DATA)
    assert DATA[:100] + same.data == DATA


def test_who_has_it_already_is_told_so(client, place):
    answer = ask(client, place, If_None_Match=ETAG)

    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", ETAG)
    assert fetch().completed_at is None


def test_asking_for_the_head_is_harmless(client, place):
    answer = ask(client, place, "HEAD", Range="bytes=0-9")

    assert (answer.status_code, answer.data) == (200, b"")
    assert (answer.headers["Content-Length"], answer.headers["ETag"]) == (str(SIZE), ETAG)
    assert fetch().completed_at is None


def test_that_the_last_byte_was_taken_is_noted_once(client, place, monkeypatch):
    now = clock.now()
    begun = []
    for asked in ("bytes=0-99", "bytes=100-199", "bytes=200-"):
        ask(client, place, Range=asked)
        begun.append(fetch().completed_at is None)
    first = fetch().completed_at
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1))
    ask(client, place)

    assert begun == [True, True, False]
    assert fetch().completed_at == first


def test_it_is_noted_too_where_nothing_of_the_request_is_left_by_then(app, place):
    """As a server does it: the body is taken once the request's own context is gone."""

    def serve():
        taken.append(app.test_client().get(place, buffered=True).data)

    taken = []
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()

    assert taken == [DATA]
    assert fetch().completed_at is not None


def test_a_download_that_breaks_off_is_not_complete(client, place):
    answer = client.get(place)
    next(iter(answer.response))
    answer.close()

    assert fetch().completed_at is None


def test_its_address_lasts_ten_minutes_and_another_press_gives_another(client, grant, place, monkeypatch):
    now = fetch().at
    codes = []
    for minutes in (9, 10):
        monkeypatch.setattr(clock, "now", lambda m=minutes: now + timedelta(minutes=m))
        codes.append(ask(client, place).status_code)

    file = grant.kit.current.files[0]
    again = client.post(f"/fr/kits/{queries.token_of(grant)}/files/{file.id}").location
    assert codes == [200, 410]
    assert again != place
    assert ask(client, again).status_code == 200


def test_an_address_that_nobody_was_given_finds_nothing(client, grant, place):
    ticket = place.split("/")[4]
    id, _, mac = ticket.partition("-")
    forged = [f"{int(id) + 1}-{mac}", f"{id}-{mac[::-1]}", f"{id}", mac, f"{id}-", "9" * 30 + "-" + mac]

    assert [client.get(place.replace(ticket, one)).status_code for one in forged] == [404] * len(forged)


def test_everything_is_given_in_parts_that_make_one_archive(client, grant):
    tasks.fall_due(clock.now())
    place = client.post(f"/fr/kits/{queries.token_of(grant)}/everything").location
    whole = ask(client, place)
    etag = whole.headers["ETag"]
    half = len(whole.data) // 2

    parts = [
        ask(client, place, Range=asked, If_Range=etag) for asked in (f"bytes=0-{half - 1}", f"bytes={half}-")
    ]

    assert [part.status_code for part in parts] == [206, 206]
    assert b"".join(part.data for part in parts) == whole.data
    assert etag == f'"{hashlib.sha256(whole.data).hexdigest()}"'
    assert DATA in whole.data

"""Nobody works on a request before all of it has arrived. The journey of slow visitors shows it with real connections."""

import errno
import io
import tempfile
from urllib.parse import urlencode

import pytest

from pressroom import arrivals
from pressroom.alerts.models import Subscription
from pressroom.database import db

FORM = {"email": "somebody@telegraphe.example", "language": "en"}
BODY = urlencode(FORM).encode()


def send(client, body, length):
    """A form of which this arrives, before the end."""
    return client.open(
        "/en/alerts", method="POST", input_stream=io.BytesIO(body), environ_overrides={"CONTENT_LENGTH": length},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip


def recorded():
    db.session.rollback()
    return [one.email for one in db.session.scalars(db.select(Subscription))]


def test_a_form_that_arrives_whole_is_recorded(client):
    assert send(client, BODY, str(len(BODY))).status_code == 303
    assert recorded() == [FORM["email"]]


@pytest.mark.parametrize("missing", [1, 5000])
def test_a_form_that_breaks_off_is_refused_and_nothing_of_it_is_recorded(client, missing):
    answer = send(client, BODY, str(len(BODY) + missing))

    assert (answer.status_code, answer.text) == (400, arrivals.BROKEN)
    assert recorded() == []


def test_of_a_form_without_a_length_nothing_is_read(client):
    assert send(client, BODY, "").status_code == 422  # the form again: its fields are empty
    assert recorded() == []


def test_what_is_larger_than_allowed_is_not_even_read(app, client):
    body = io.BytesIO(BODY)
    said = {"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)}
    answer = client.open("/en/alerts", method="POST", input_stream=body, environ_overrides=said,
                         content_type="application/x-www-form-urlencoded")  # fmt: skip

    assert (answer.status_code, body.tell()) == (413, 0)


def test_when_there_is_no_room_to_receive_it_says_so(client, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arrivals, "IN_MEMORY", 10)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)

    assert send(client, BODY, str(len(BODY))).status_code == 503
    assert recorded() == []

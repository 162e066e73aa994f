"""How a file of a kit leaves: from an address of its own that lasts ten minutes, in parts if asked (RFC 9110, 14).

Pressing a button notes a fetch and leads to that address, so that programs which follow links take nothing. The address
stands for the fetch, and with it for one person and one file; it never tells the person's own link.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Flask, Response, current_app, request, url_for

from pressroom import clock, links, storage
from pressroom.database import db
from pressroom.kits import archive, parts
from pressroom.kits.models import EVERYTHING, Fetch

LASTS = timedelta(minutes=10)
TICKET = re.compile(r"(\d{1,15})-([A-Za-z0-9_-]{22})\Z")
# One range, as download managers ask for it. Of several, and of what makes no sense, the whole is given.
ONE_RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})\Z")


class Content(NamedTuple):
    name: str
    media_type: str
    file_key: str
    digest: str  # SHA-256


def address(fetch: Fetch, language: str) -> str:
    """Where what was just noted is fetched."""
    content = of(fetch, clock.now())
    ticket = f"{fetch.id}-{_mac(fetch.id)}"
    return url_for("kits.download", language=language, ticket=ticket, name=content.name)


def by_ticket(ticket: str) -> Fetch | None:
    """The fetch that an address stands for, whether or not its time is over."""
    read = TICKET.match(ticket)
    if read is None or not hmac.compare_digest(_mac(int(read[1])), read[2]):
        return None
    return db.session.get(Fetch, int(read[1]))


def is_over(fetch: Fetch, now: datetime) -> bool:
    return fetch.at + LASTS <= now


def of(fetch: Fetch, now: datetime) -> Content | None:
    """What is to be sent, if the person may still have it: of the version that was asked for, as it is now."""
    kit = fetch.grant.kit
    if kit.current.number != fetch.number:
        return None
    held = parts.held_by(fetch.grant, now)
    if fetch.what == EVERYTHING:
        built = archive.of(held)
        mark = archive.EMBARGOED if held.may_not_be_published else ""
        name = f"{mark}{kit.event.words(fetch.grant.application.language).slug}.zip"
        return built and Content(name, "application/zip", built.file_key, built.digest)
    file = next((one for one in held.files if one.id == fetch.file_id), None)
    return file and Content(file.name, file.media_type, file.file_key, file.digest or file.file_key)


def respond(content: Content, done: Callable[[], None]) -> Response:
    """The file, or the part of it that is asked for; `done` is called, in a context of its own, once the server has
    taken its last byte. A bucket would neither tell us of that byte nor ask again who may have the rest; and the page's
    policy lets its buttons lead to this site only."""
    if not _asks_for_a_part():
        request.environ.pop("HTTP_RANGE", None)
    response = storage.send(content.file_key, content.media_type, content.name, etag=content.digest)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    ends = response.content_range.stop in (None, response.content_range.length)
    if request.method == "GET" and response.status_code in (200, 206) and ends:
        app = current_app._get_current_object()  # the request is over when the server takes the last byte
        response.call_on_close(response.response.close)
        response.response, response.direct_passthrough = _telling(response.response, done, app), False
    return response


def _asks_for_a_part() -> bool:
    """Whether there is one range that makes sense; of what may have changed since (If-Range, 13.1.5) only a strong
    validator gives a part."""
    read = ONE_RANGE.match(request.headers.get("Range", ""))
    if request.method != "GET" or read is None or request.headers.get("If-Range", "").startswith("W/"):
        return False
    first, _, last = read[1].partition("-")
    return not (first and last) or int(first) <= int(last)


def _telling(pieces: Iterable[bytes], done: Callable[[], None], app: Flask) -> Iterator[bytes]:
    yield from pieces
    with app.app_context():
        done()


def _mac(fetch_id: int) -> str:
    return links.mint("kit download", str(fetch_id))

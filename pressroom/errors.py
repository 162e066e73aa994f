"""The one way a rule says no, and the one place where a refusal or a failure becomes a page."""

import errno
import json
import logging
import secrets

from flask import Response, render_template, request
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from pressroom.database import db, will_write
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.limits import limiter
from pressroom.storage import Missing, Unreachable

log = logging.getLogger(__name__)
PAGES = {
    400: (_l("What you sent cannot be read"), _l("Go back, reload the page and try again.")),
    403: (_l("This page is not open to you"), _l("Ask an administrator of the press office for access.")),
    404: (_l("Page not found"), _l("Check the address, or look for a release in the list.")),
    405: (_l("This address does not take that action"), _l("Go back and use the button on the page.")),
    410: (_l("This page is no longer available"), _l("Write to the press contact if you need it.")),
    413: (_l("What you sent is too large"), _l("Choose lighter files, then try again.")),
    429: (_l("Too many attempts"), _l("Wait a few minutes, then try again.")),
    500: (_l("The service is not responding"), _l("Try again later. What you sent was not recorded.")),
    503: (
        _l("The service is busy"),
        _l("Wait a moment, then send the same page again: nothing was recorded."),
    ),
}
FULL = (
    _l("Nothing can be recorded at the moment"),
    _l(
        "The service has no room left; what is public can still be read. What you sent was not recorded: send it again later."
    ),
)
SECRETS = ("password", "code")  # fields that no page repeats
# The database is away, busy, about to stop or read-only, or all connections to it are taken.
AWAY = (OperationalError, InterfaceError, InternalError, TimeoutError)
# What a failure says to the program that asked, beside its page.
KEPT = ("Retry-After", "Allow", "Content-Range")


class Refused(Exception):
    """A rule forbids this; `str()` is a sentence for the person who asked."""


def page(code: int, *, heading: str | None = None, explanation: str | None = None):
    """An error page in the visitor's language, with ways on."""
    known = PAGES.get(code, PAGES[500] if code >= 500 else PAGES[400])
    html = render_template(
        "errors/error.html",
        heading=heading or known[0],
        explanation=explanation or known[1],
        typed=_typed() if code == 503 and request.method == "POST" else [],
    )
    return html, code


def _typed() -> list[tuple[str, str]]:
    """What was sent, to be sent again as it is."""
    return [
        (name, value) for name, value in request.form.items(multi=True)
        if not any(secret in name for secret in SECRETS)
    ]  # fmt: skip


def problem(code: int, detail: str | None = None, **members: str) -> Response:
    """What a program is told of a failure, in English whoever asks: problem details (RFC 9457)."""
    known = {"title": HTTP_STATUS_CODES[code], "status": code, "detail": detail, **members}
    body = {name: value for name, value in known.items() if value is not None}
    return Response(json.dumps(body), code, mimetype="application/problem+json")


def _safe_page(code: int, heading: str | None = None, explanation: str | None = None):
    """The error page, or two bare sentences when the page itself needs what has failed; for a program a problem."""
    if request.path.startswith("/api/"):
        return problem(code), code
    try:
        return page(code, heading=heading, explanation=explanation)
    except Exception:  # the answer to a failure must not fail
        _let_go()
        known, text = PAGES.get(code, PAGES[400])
        html = '<!doctype html><html lang="{}"><title>{}</title><h1>{}</h1><p>{}</p></html>'
        words = heading or known, heading or known, explanation or text
        return Markup(html).format(current_language(), *words), code


def _let_go(_error: BaseException | None = None) -> None:
    """End what was begun and not committed, also when its connection is dead."""
    try:
        db.session.rollback()
    except AWAY:
        db.session().invalidate()


def _give_up() -> None:
    """Undo what was begun; what the error page reads waits for no other writer."""
    _let_go()
    will_write(False)


def _has_no_room(error: Exception) -> bool:
    """Whether a disk is full: ours, or the database's."""
    cause = getattr(error, "orig", None) or error
    return (
        getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        or getattr(cause, "sqlite_errorname", None) == "SQLITE_FULL"
        or getattr(cause, "sqlstate", None) == "53100"
    )


def _later(error: Exception):
    """Something is not to be had now: nothing was recorded, and the same may be sent again."""
    _give_up()
    log.warning("not now: %s at %s", getattr(error, "orig", None) or error, request.endpoint)
    limiter.context.reset()  # or its Retry-After, the end of the visitor's hour, would take the place of ours
    full = _has_no_room(error)
    html, code = _safe_page(503, *(FULL if full else ()))
    return html, code, {"Retry-After": "60" if full else "5"}


def init_app(app) -> None:
    # A database that goes away once the answer is there takes it from nobody: the context would fail at its end.
    app.teardown_request(_let_go)
    for reason in (Unreachable, *AWAY):
        app.register_error_handler(reason, _later)

    @app.errorhandler(Refused)
    def refused(refusal):
        _give_up()
        return page(409, heading=_("This is not possible"), explanation=str(refusal))

    @app.errorhandler(StaleDataError)
    def overtaken(_error):
        _give_up()
        return page(
            409,
            heading=_("Someone else has just changed this"),
            explanation=_("Go back and reload the page to see what changed."),
        )

    @app.errorhandler(CSRFError)
    def stale_form(_error):
        return page(
            400,
            heading=_("This form is no longer valid"),
            explanation=_("Go back, reload the page, then send the form again."),
        )

    @app.errorhandler(HTTPException)
    def http_error(error):
        if error.response is not None or (error.code or 500) < 400:
            return error
        html, code = _safe_page(error.code)  # for an unknown host no address can be built
        return html, code, [(name, said) for name, said in error.get_headers() if name in KEPT]

    @app.errorhandler(Missing)
    def file_gone(_error):
        _give_up()
        return page(404)

    @app.errorhandler(DataError)
    def unfit(_error):
        """PostgreSQL keeps no NUL character and no number beyond its type: what asked for one is at fault."""
        _give_up()
        return page(400)

    @app.errorhandler(Exception)
    def failure(error):
        if _has_no_room(error):
            return _later(error)
        _give_up()
        if app.testing:
            raise error
        number = secrets.token_hex(4)
        log.exception("error %s at %s", number, request.endpoint)
        return _safe_page(
            500,
            explanation=_(
                "Try again later. What you sent was not recorded. Error number: %(number)s.", number=number
            ),
        )

"""The page before a dispatch leaves: who gets it and why others do not, what could go wrong, what each person will read,
and the button that says how many and when."""

import re
from datetime import timedelta

from flask import abort, current_app, flash, render_template, request

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Dispatch, DispatchState, Message
from pressroom.delivery.statuses import STATES
from pressroom.dispatches import audience, composing, naming, outlook, preflight, statuses, subjects, workflow
from pressroom.dispatches.audience import Person
from pressroom.errors import Refused
from pressroom.forms import sought
from pressroom.i18n import current_language, locale
from pressroom.pages import Page
from pressroom.responses import framed, onward
from pressroom.staff.models import Staff

bp = desk_blueprint("dispatches_check", __name__, roles=(Role.OFFICER,))
FIRST, SIZE = 20, 100  # people on the check page, and on a page of all of them
LOOKS = ("light", "dark", "text")


@bp.get("/<dispatch_id>/check")
def show(dispatch_id):
    dispatch = _found(dispatch_id)
    if dispatch.state is not DispatchState.DRAFT:
        return onward("reports.show", dispatch_id=dispatch_id)
    return _page(dispatch)


@bp.get("/<dispatch_id>/recipients")
def recipients(dispatch_id):
    """Everybody who would get it now, found by name or address."""
    dispatch, now = _found(dispatch_id), clock.now()
    words = sought()
    found = [one for one in audience.resolve(dispatch, now).people if _matches(one, words)]
    pages = max(1, -(-len(found) // SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    page = Page(found[(number - 1) * SIZE : number * SIZE], number, pages, len(found))
    return render_template(
        "dispatches/recipients.html",
        dispatch=dispatch, page=page, words=words, subject=subjects.of(dispatch, current_language()),
    )  # fmt: skip


@bp.get("/<dispatch_id>/sample/<language:language>/<any(light, dark):look>")
def sample(dispatch_id, language, look):
    """The HTML of one person's message alone, for the frame on the check page: nothing in it runs or loads."""
    dispatch, now = _with_words(dispatch_id), clock.now()
    person = _person(audience.resolve(dispatch, now).people)
    html = composing.sample(dispatch, person, language, now).html
    return framed(_in_scheme(html, look == "dark"))


@bp.post("/<dispatch_id>/test")
def test(dispatch_id):
    """One person's message, as it would leave, to whoever is signed in."""
    dispatch, now = _with_words(dispatch_id), clock.now()
    language = request.form.get("language", "")
    if language not in current_app.config["LANGUAGES"]:
        abort(400)
    me = db.session.get_one(Staff, current_actor().id)
    found = composing.sample(dispatch, _person(audience.resolve(dispatch, now).people), language, now)
    message = outbox.put(
        "dispatch_test",
        to=me.email,
        language=language,
        about=dispatch.subject,
        at=now,
        scope=None,
        sample=found,
    )
    db.session.commit()
    arguments = {"tested": message.id, "as": language, "person": request.form.get("person")}
    return onward(".show", dispatch_id=dispatch_id, **arguments, _anchor="test")


@bp.post("/<dispatch_id>/known")
def known(dispatch_id):
    """Leave out whoever has received it already, or send it to them as well."""
    dispatch = _found(dispatch_id)
    facts = workflow.facts_of(dispatch) | {"skips_known": request.form.get("skip") == "1"}
    workflow.edit(dispatch, **facts, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".show", dispatch_id=dispatch_id)


@bp.post("/<dispatch_id>/send")
def send(dispatch_id):
    dispatch = _found(dispatch_id)
    try:
        workflow.act(
            dispatch, "send", count=request.form.get("count", -1, type=int),
            version=request.form.get("version", ""),
            undo=timedelta(seconds=current_app.config["UNDO_SECONDS"]), by=current_actor(), at=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        db.session.rollback()
        if _found(dispatch_id).state is DispatchState.DRAFT:
            return _page(_found(dispatch_id), trouble=str(refusal)), 409
        flash(str(refusal), "err")
        return onward("reports.show", dispatch_id=dispatch_id)
    db.session.commit()
    return onward("reports.show", dispatch_id=dispatch_id)


def _found(dispatch_id: str) -> Dispatch:
    return db.get_or_404(Dispatch, dispatch_id)


def _with_words(dispatch_id: str) -> Dispatch:
    dispatch = _found(dispatch_id)
    return dispatch if audience.languages(dispatch) else abort(404)


def _page(dispatch: Dispatch, *, trouble: str = "") -> str:
    now = clock.now()
    leaving = outlook.leaving(dispatch, now)
    found = audience.resolve(dispatch, now)
    person = _person(found.people)
    written = audience.languages(dispatch)
    shown = request.args.get("as", person.language if person else current_language())
    shown = shown if shown in written else next(iter(written), None)
    look = request.args.get("look")
    asked = request.args.get("tested", "")
    tested = db.session.get(Message, asked[:16]) if asked.isalnum() else None
    return render_template(
        "dispatches/check.html",
        dispatch=dispatch, subject=subjects.of(dispatch, current_language()), statuses=statuses, trouble=trouble,
        segments=naming.segments(dispatch), sum=found, first=found.people[:FIRST], findings=preflight.findings(dispatch, found, now),
        sentence=outlook.sentence(dispatch, found, leaving),
        button=outlook.button(leaving, len(found.people)), leaving=leaving, already=outlook.already(dispatch, found),
        person=person, written=written, shown=shown, look=look if look in LOOKS else "light",
        sample=composing.sample(dispatch, person, shown, now) if shown else None,
        names=locale().languages, me=db.session.get_one(Staff, current_actor().id), tested=tested if tested and tested.about == dispatch.subject else None,
        states=STATES,
    )  # fmt: skip


def _matches(person: Person, words: str) -> bool:
    said = f"{person.name} {person.email}".casefold()
    return all(word in said for word in words.casefold().split())


def _person(people: list[Person]) -> Person | None:
    """Whose message is looked at: the one that is asked for, else the first."""
    asked = request.values.get("person", "").lower()
    return next((one for one in people if one.email.lower() == asked), next(iter(people), None))


def _in_scheme(html: str, dark: bool) -> str:
    """A mail as it looks in one scheme, whatever the reader's own screen prefers."""
    scheme = "dark" if dark else "light"
    html = re.sub(r"\(prefers-color-scheme:\s*dark\)", "all" if dark else "not all", html)
    return html.replace("color-scheme:light dark", f"color-scheme:{scheme}").replace(
        'content="light dark"', f'content="{scheme}"'
    )

"""The applicant's own page: whose it is by its token, and all that it shows."""

from flask import abort, current_app, make_response, redirect, render_template, url_for

from pressroom import clock, links
from pressroom.access import APPLICANT
from pressroom.accreditation import details, outlook, queries, questionnaire, remarks, statuses, workflow
from pressroom.accreditation.answers import AnswerForm, MessageForm, ReviewForm
from pressroom.accreditation.models import Application
from pressroom.accreditation.reasons import ITEMS
from pressroom.events import queries as events
from pressroom.events.categories import name_of


def of(token: str) -> Application:
    """The application that this token opens. One that was erased answers 410, one that never was 404."""
    digest = links.digest(token)
    return queries.by_link(digest) or gone(digest)


def gone(digest: str):
    """The answer for a link that opens nothing any more, or never did."""
    if queries.was_erased(digest):
        abort(make_response(render_template("accreditation/erased.html"), 410))
    abort(404)


def show(application: Application, token: str, **typed):
    """The page; `typed` is the form, by name, that came back with something to correct."""
    now, event = clock.now(), application.event
    seen, told = application.seen(now), application.told(now)
    asked = outlook.asked(application, now)
    forms = {
        "answer": AnswerForm(application, asked, formdata=None),
        "message": MessageForm(prefix="message", formdata=None),
        "review": ReviewForm(prefix="review", formdata=None),
        **typed,
    }
    return render_template(
        "accreditation/application.html",
        application=application, event=event, token=token, now=now, seen=seen,
        category=name_of(event, application.category), tags=statuses.for_applicant(application, now),
        sentences=outlook.sentences(application, now), change=outlook.change(application, now),
        note=outlook.note(outlook.decision(application, now)), asked=[ITEMS[code] for code in asked],
        steps=[(step.at, statuses.APPLICANT_STEPS[step.action]) for step in told],
        thread=[one for one in application.remarks if not one.is_internal],
        may_write=remarks.may_write(application), review_until=workflow.review_until(application),
        actions=workflow.allowed(application, APPLICANT, now), contact=events.contact(event),
        promised=outlook.promise(application, now),
        days=details.days(application.days), answers=questionnaire.answered(application.answers, application.country, application.days),
        change_sentences=outlook.change_sentences, alternates=translations("accreditation.application", token=token),
        forms=forms, wrong=next(iter(typed.values()), None),
    )  # fmt: skip


def address(application: Application, language: str) -> str:
    """The page's private address in `language`."""
    token = links.mint("application", application.id)
    return url_for("accreditation.application", language=language, token=token)


def back_to(application: Application, language: str, part: str = ""):
    """After a step: to the page, or to a part of it."""
    return redirect(address(application, language) + part, 303)


def translations(endpoint: str, **values) -> list[tuple[str, str]]:
    """The same page in every language of the site, by code."""
    return [(code, url_for(endpoint, language=code, **values)) for code in current_app.config["LANGUAGES"]]

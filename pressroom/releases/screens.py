"""What the desk's pages of releases share: finding one, and filling their templates."""

from datetime import datetime

from babel.lists import format_list
from flask import abort, current_app, render_template, url_for

from pressroom import clock, dates
from pressroom.access import current_actor
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.releases import drafts, parity, queries
from pressroom.releases.models import Release


def found(release_id: str) -> Release:
    """The release that the signed-in person asks for; a 404 when there is none."""
    return queries.find(release_id, current_actor(), clock.now()) or abort(404)


def office_now():
    """The present moment with the office's own day."""
    return clock.now().astimezone(current_app.config["TIMEZONE"])


def named(languages) -> str:
    """« français et anglais », “French and English”."""
    return format_list([locale().languages[code] for code in languages], locale=locale())


def when(at: datetime) -> str:
    """The hour of something recent, with its day unless that is today."""
    zone = current_app.config["TIMEZONE"]
    if at.astimezone(zone).date() == office_now().date():
        return dates.hour(at, zone)
    return dates.moment(at, zone, "short")


def editor_address(release_id: str | None, language: str, **values) -> str:
    """Where the words in a language are written, also those of a release that does not exist yet."""
    if release_id is None:
        return url_for("releases_writing.write", language=language, **values)
    return url_for("releases_writing.edit", release_id=release_id, language=language, **values)


def others_here(release: Release | None, language: str) -> str:
    """Who else is writing this text, a sentence for each; empty when nobody is."""
    if release is None:
        return ""
    here = drafts.others(drafts.subject(release.id, language), by=current_actor(), at=clock.now())
    return " ".join(
        _(
            "%(name)s is editing this text too (seen at %(time)s).",
            name=row.staff.name,
            time=when(row.seen_at),
        )
        for row in here
    )


def page(name: str, **values) -> str:
    """The template releases/desk_<name>.html with what all of them use."""
    return render_template(
        f"releases/desk_{name}.html", queries=queries, parity=parity, now=clock.now(), **values
    )

"""What the desk's pages of releases share: finding one, and filling their templates."""

from babel.lists import format_list
from flask import abort, current_app, render_template

from pressroom import clock
from pressroom.access import current_actor
from pressroom.i18n import locale
from pressroom.releases import queries
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


def page(name: str, **values) -> str:
    """The template releases/desk_<name>.html with what all of them use."""
    return render_template(f"releases/desk_{name}.html", queries=queries, now=clock.now(), **values)

"""The press office's page of topics."""

from flask import render_template

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.forms import NamesForm, names_form
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale
from pressroom.releases import topics
from pressroom.releases.models import Topic
from pressroom.responses import onward

bp = desk_blueprint("releases_topics", __name__, roles=(Role.OFFICER,))


def _form(topic: Topic | None = None) -> NamesForm:
    return names_form(
        lambda code: _l("Name (%(language)s)", language=locale().languages[code]), _l("Enter a name"), most=80,
        known={code: text.name for code, text in topic.texts.items()} if topic else None,
    )  # fmt: skip


@bp.route("/", methods=["GET", "POST"])
def index():
    form = _form()
    return _saved(form, topics.add) or _page(form)


@bp.route("/<topic_id>", methods=["GET", "POST"])
def edit(topic_id):
    topic = db.get_or_404(Topic, topic_id)
    form = _form(topic)
    return _saved(form, topics.rename, topic) or _page(form, topic)


@bp.post("/<topic_id>/up")
def move_up(topic_id):
    topics.move_up(db.get_or_404(Topic, topic_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".index")


@bp.post("/<topic_id>/remove")
def remove(topic_id):
    topics.remove(db.get_or_404(Topic, topic_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".index")


def _saved(form: NamesForm, save, *topic):
    """Take the form; None when there is something to correct, or nothing was sent."""
    if form.validate_on_submit():
        with form.saying():
            save(*topic, form.names(), by=current_actor(), at=clock.now())
            db.session.commit()
            return onward(".index", _("Saved."))
    return None


def _page(form: NamesForm, topic: Topic | None = None):
    page = render_template(
        "releases/desk_topics.html", form=form, topic=topic, topics=topics.every(), used=topics.used()
    )
    return page, 422 if form.errors else 200

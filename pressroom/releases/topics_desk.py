"""The press office's page of topics."""

from flask import current_app, flash, redirect, render_template, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.forms import Form, LineField, Required
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale
from pressroom.releases import topics
from pressroom.releases.models import Topic

bp = desk_blueprint("releases_topics", __name__, roles=(Role.OFFICER,))


class TopicForm(Form):
    """A topic's name in each language; `_form` adds the fields `name_<language>`."""

    def names(self) -> dict[str, str]:
        return {code: self[f"name_{code}"].data for code in current_app.config["LANGUAGES"]}


def _form(topic: Topic | None = None) -> TopicForm:
    fields = {
        f"name_{code}": LineField(
            _l("Name (%(language)s)", language=locale().languages[code]), [Required(_l("Enter a name"))], most=80
        )
        for code in current_app.config["LANGUAGES"]
    }  # fmt: skip
    known = {f"name_{code}": text.name for code, text in topic.texts.items()} if topic else {}
    return type("TopicForm", (TopicForm,), fields)(data=known)


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
    return redirect(url_for(".index"), 303)


@bp.post("/<topic_id>/remove")
def remove(topic_id):
    topics.remove(db.get_or_404(Topic, topic_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".index"), 303)


def _saved(form: TopicForm, save, *topic):
    """Take the form; None when there is something to correct, or nothing was sent."""
    if not form.validate_on_submit():
        return None
    try:
        save(*topic, form.names(), by=current_actor(), at=clock.now())
    except Refused as refusal:
        form.form_errors.append(str(refusal))
        return None
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


def _page(form: TopicForm, topic: Topic | None = None):
    page = render_template(
        "releases/desk_topics.html", form=form, topic=topic, topics=topics.every(), used=topics.used()
    )
    return page, 422 if form.errors else 200

"""A new office's first steps, how its mail is made to leave, and the example to look around in."""

from flask import current_app, render_template
from flask_login import current_user

from pressroom import clock, example
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.newsroom import beginning, samples
from pressroom.responses import onward

bp = desk_blueprint("beginning_desk", __name__, roles=(Role.OFFICER,))
TEST = "accreditation_received"  # a mail with all that one can have: a button, facts, a person to call


@bp.get("/")
def index():
    steps = beginning.steps(current_app.config["LANGUAGES"])
    return render_template("newsroom/desk_first_steps.html", steps=steps)


@bp.get("/mail")
def mail():
    return render_template("newsroom/desk_mail.html", server=current_app.config.get("MAIL_SERVER"))


@bp.post("/mail/test")
def send_test():
    told = samples.send(TEST, current_user.language, to=current_user.email, at=clock.now())
    db.session.commit()
    return onward(".mail", told)


@bp.post("/example")
def load_example():
    current_app.extensions["example"](by=current_actor(), at=clock.now())
    db.session.commit()
    return onward("newsroom_desk.home", _("The example is loaded: everything in it is made up."))


@bp.get("/example/remove")
def check_removal():
    return render_template("newsroom/desk_example.html")


@bp.post("/example/remove")
def remove_example():
    example.remove()
    db.session.commit()
    return onward(".index", _("The example is gone, with all that had come to hang on it."))


@bp.app_context_processor
def example_state() -> dict:
    """Asked by the desk's pages alone, which call it: whether the example is among what they show."""
    return {"example_is_loaded": example.is_loaded}

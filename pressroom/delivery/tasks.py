"""What falls due in delivery: the messages that may leave now."""

from datetime import datetime

from flask import current_app

from pressroom.delivery import postman


def fall_due(now: datetime) -> None:
    """Hand over all that is due; in test mode it is kept for reading instead."""
    if current_app.config["MAIL_URL"]:
        postman.deliver(current_app.extensions["mailer"], sender=current_app.config["MAIL_FROM"])
    else:
        postman.keep(now)

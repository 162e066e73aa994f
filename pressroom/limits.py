"""Rate limits of public forms, per client. What protects a person (mails to one address) is counted from rows."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)
PUBLIC_POST = "60 per hour;200 per day"
MADE_FILES = "120 per minute"  # of public files that are made anew each time


def init_app(app) -> None:
    limiter.init_app(app)

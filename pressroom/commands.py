"""What the commands share: who acts, and the one transaction of each."""

import contextlib

import click

from pressroom.access import Actor, Role
from pressroom.database import db, writing
from pressroom.errors import Refused
from pressroom.i18n import speaking
from pressroom.releases.importing import Unreadable

COMMAND_LINE = Actor(Role.ADMIN, "pressroom")


@contextlib.contextmanager
def unit_of_work():
    """One writing transaction, in English; a refusal ends the command with its sentence."""
    with speaking("en"), writing():
        try:
            yield
            db.session.commit()
        except (Refused, Unreadable) as refusal:
            raise click.ClickException(str(refusal)) from refusal

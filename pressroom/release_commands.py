"""`pressroom release …`: a file becomes a release, and its languages are compared."""

from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from pressroom import clock, dates
from pressroom.commands import COMMAND_LINE, unit_of_work
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.releases import intake as release_intake
from pressroom.releases import parity, queries
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Release, State
from pressroom.staff import workflow as staff


@click.group("release")
def release_group() -> None:
    """Press releases."""


@release_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", required=True)
@click.option("--release", "release_id", default=None, help="Add a language to a release that exists.")
@click.option("--publish", is_flag=True, help="Publish at once.")
@click.option(
    "--embargo",
    default=None,
    help="Publish under embargo until this hour, office time: 2026-11-24T10:00, or with its offset for an hour that comes twice: 2026-10-25T02:30+01:00.",
)
@with_appcontext
def release_import(file, language, release_id, publish, embargo) -> None:
    """Import FILE (.docx, .md or .txt) and print the release's id; what was lost goes to standard error."""
    if language not in current_app.config["LANGUAGES"]:
        raise click.BadParameter("unknown language", param_hint="--language")
    now = clock.now().astimezone(current_app.config["TIMEZONE"])
    with unit_of_work():
        until = _typed_hour(embargo) if embargo else None
        release, lost = release_intake.import_file(
            file.name, file.read_bytes(), language=language, release_id=release_id, by=COMMAND_LINE, at=now
        )
        if publish or embargo:
            _put_online(release, language, until)
        release_id = release.id
    for sentence in lost:
        click.echo(sentence, err=True)
    click.echo(release_id)


@release_group.command("check")
@click.argument("release_id", metavar="ID")
@with_appcontext
def release_check(release_id) -> None:
    """Say what one language of release ID has and another has not, one a line; exit status 1 when there is any."""
    release = db.session.get(Release, release_id)
    if release is None:
        raise click.ClickException("there is no release with this id")
    with speaking("en"):
        found = [one.sentence() for one in parity.open_findings(release)]
    for sentence in found or ["nothing found"]:
        click.echo(sentence)
    if found:
        raise SystemExit(1)


def _put_online(release: Release, language: str, embargo_until: datetime | None) -> None:
    now = clock.now()
    if release.state is State.PUBLISHED and embargo_until:
        raise Refused(_("This release is published already: its embargo cannot be set here."))
    if release.state is State.PUBLISHED:
        _put_changes_online(release, language, now)
        return
    release.contact = release.contact or _office_contact(now)
    releases.publish(release, languages=[language], embargo_until=embargo_until, by=COMMAND_LINE, at=now)


def _put_changes_online(release: Release, language: str, now: datetime) -> None:
    """A file that replaces public words is an update, said in the plainest words."""
    told = queries.substantial(release.texts[language])
    with speaking(language):
        notes = {language: Note(_("The text was updated."))} if told else {}
    releases.publish_changes(
        release, language, kind=CorrectionKind.UPDATE if told else None, notes=notes, by=COMMAND_LINE, at=now
    )


def _office_contact(now: datetime):
    """An office that has named nobody yet is itself the contact, at the address that its mail comes from."""
    name, email = parseaddr(current_app.config["MAIL_FROM"])
    spoken = list(current_app.config["LANGUAGES"])
    return staff.add_contact(
        name=name or email, email=email, phone="", languages=spoken, texts={}, by=COMMAND_LINE, at=now
    )


def _typed_hour(value: str) -> datetime:
    """An hour of the office's clocks, unless it says its own offset."""
    try:
        typed = datetime.fromisoformat(value)
    except ValueError as bad:
        raise click.BadParameter("write it like 2026-11-24T10:00", param_hint="--embargo") from bad
    return typed if typed.tzinfo else dates.to_utc(typed, current_app.config["TIMEZONE"])

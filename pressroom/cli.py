"""The commands of `pressroom`: thin, each calls what the pages call."""

import contextlib
import os
import sys
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

import click
from flask import current_app
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate import upgrade
from huey.consumer import Consumer

from pressroom import checking, clock, create_app, dates, demo, engine, retention, serving, tasks
from pressroom.access import STAFF_ROLES, Actor, Role
from pressroom.config import BadSetting
from pressroom.database import db, writing
from pressroom.delivery import boxes, outgoing, relay
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.releases import intake as release_intake
from pressroom.releases import parity, queries
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.importing import Unreadable
from pressroom.releases.models import CorrectionKind, Release, State
from pressroom.staff import workflow as staff

COMMAND_LINE = Actor(Role.ADMIN, "pressroom")


@contextlib.contextmanager
def one_line():
    """A bad setting ends the program with one line that names it."""
    try:
        yield
    except BadSetting as bad:
        raise SystemExit(str(bad)) from bad


def application():
    """The application with its commands."""
    with one_line():
        app = create_app()
    register(app)
    return app


def register(app) -> None:
    for command in (demo_group, serve, worker, due, staff_group, release_group, mail_group, check, purge):
        app.cli.add_command(command)


@contextlib.contextmanager
def unit_of_work():
    """One writing transaction, in English; a refusal ends the command with its sentence."""
    with speaking("en"), writing():
        try:
            yield
            db.session.commit()
        except (Refused, Unreadable) as refusal:
            raise click.ClickException(str(refusal)) from refusal


# What `serve` and `demo` share.
ADDRESS = (
    click.option("--host", default="127.0.0.1", show_default=True),
    click.option("--port", default=8000, show_default=True),
)


def _with_address(command):
    for option in ADDRESS:
        command = option(command)
    return command


@click.command()
@_with_address
@click.option("--workers", default=1, show_default=True, help="Web processes.")
@click.option("--with-worker", is_flag=True, help="Also run the background worker: enough for one machine.")
def serve(host, port, workers, with_worker) -> None:
    """Serve the site (granian). Ctrl-C or SIGTERM stops it cleanly."""
    with one_line():
        serving.serve(host, port, workers=workers, with_worker=with_worker)


@click.command()
@with_appcontext
def worker() -> None:
    """Send mail and do what falls due. SIGTERM lets the message in hand finish."""
    app = current_app._get_current_object()
    app.extensions["wake"]()
    consumer = Consumer(
        app.extensions["engine"], workers=1, max_delay=1.0, worker_type="thread", graceful_signal="TERM"
    )
    app.extensions["stopping"] = consumer.stop_flag
    consumer.run()


@click.command()
@with_appcontext
def due() -> None:
    """Do once what has fallen due; running it twice does no harm."""
    engine.run_due(current_app._get_current_object())


@click.group("demo", invoke_without_command=True)
@_with_address
@click.pass_context
def demo_group(context, host, port) -> None:
    """Prepare the database, load the example data on first start, then serve with a worker."""
    if context.invoked_subcommand:
        return
    with one_line():
        serving.demand_free(host, port)
    if "PRESSROOM_BASE_URL" not in os.environ:  # links lead back to where the demo is served
        os.environ["PRESSROOM_BASE_URL"] = current_app.config["BASE_URL"] = f"http://{host}:{port}"
    with current_app.app_context():
        upgrade()
        with unit_of_work():
            sign_in = demo.load(at=clock.now())
    click.echo(demo.welcome(f"http://{host}:{port}", sign_in))
    sys.stdout.flush()
    # A process of its own from here: the web server shares no thread or connection with what was loaded.
    address = ["--host", host, "--port", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", "pressroom.cli", "serve", *address, "--with-worker"])


@demo_group.command("load")
@with_appcontext
def demo_load() -> None:
    """Only load the example data (into a database that is up to date)."""
    with unit_of_work():
        sign_in = demo.load(at=clock.now())
    click.echo(demo.welcome(current_app.config["BASE_URL"], sign_in))


@click.group("staff")
def staff_group() -> None:
    """People of the press office."""


@staff_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in STAFF_ROLES]), required=True)
@click.option("--name", default=None, help="Defaults to what stands before the @.")
@click.option("--language", default=None, help="Of the desk, for this person; defaults to the site's first.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def staff_add(email, role, name, language, password_stdin) -> None:
    """Add EMAIL; prints a set-up link unless a password is given."""
    if language not in (None, *current_app.config["LANGUAGES"]):
        raise click.BadParameter("unknown language", param_hint="--language")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with unit_of_work():
        person = staff.add(
            email=email, name=name or email.partition("@")[0], role=Role(role),
            language=language or current_app.config["LANGUAGES"][0], at=clock.now(), by=COMMAND_LINE, password=password,
        )  # fmt: skip
        link = None if password else staff.set_up_link(person, at=clock.now(), by=COMMAND_LINE)
    click.echo(link or f"{email} can sign in.")


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


@click.group("mail")
def mail_group() -> None:
    """The outgoing mail as a whole."""


@mail_group.command("hold")
@with_appcontext
def mail_hold() -> None:
    """Let nothing leave until `pressroom mail release`."""
    with unit_of_work():
        outgoing.hold(COMMAND_LINE, clock.now())
    click.echo("All mail is held.")


@mail_group.command("release")
@with_appcontext
def mail_release() -> None:
    """Let mail leave again: also after a backup was put back, when it holds itself."""
    with unit_of_work():
        outgoing.release(COMMAND_LINE, clock.now())
    click.echo("Mail leaves again.")


@click.command()
@with_appcontext
def purge() -> None:
    """Delete the personal data whose time has come; the worker does so by itself. Prints how much of each kind."""
    with writing():
        gone = tasks.purge(clock.now())
    with speaking("en"):
        for row in retention.TABLE.values():
            click.echo(f"{gone[row.key]:6} {row.key}: {row.data}, {row.how_long}")


@click.command()
@click.option(
    "--send-test", "recipient", metavar="ADDRESS", help="Send one test message to this address as well."
)
@with_appcontext
def check(recipient: str | None) -> None:
    """Check settings, database, files, journal and mail server: one line each; exit status 1 when one fails."""
    results = [*checking.results(), *relay.results(), *boxes.results()]
    if recipient:
        language = current_app.config["LANGUAGES"][0]
        results.append(relay.send_test(recipient, language=language, at=clock.now()))
    for result in results:
        click.echo(f"{result.level:<8}{result.name}: {result.words}")
    if any(result.level is checking.Level.FAILED for result in results):
        raise SystemExit(1)


def main() -> None:
    FlaskGroup(
        create_app=application, help="Pressroom: a press office's own service.", add_version_option=False
    )()


if __name__ == "__main__":
    main()

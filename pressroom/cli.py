"""The commands of `pressroom`: thin, each calls what the pages call."""

import contextlib
import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate import upgrade

from pressroom import (
    backups,
    checking,
    clock,
    create_app,
    demo,
    engine,
    health,
    heartbeat,
    logs,
    moving,
    retention,
    serving,
    storage,
    tasks,
)
from pressroom.access import STAFF_ROLES, Role
from pressroom.commands import COMMAND_LINE, unit_of_work
from pressroom.config import BadSetting
from pressroom.database import empty_log, writing
from pressroom.delivery import boxes, outgoing, relay
from pressroom.file_commands import files_group
from pressroom.i18n import speaking
from pressroom.release_commands import release_group
from pressroom.staff import workflow as staff


@contextlib.contextmanager
def one_line():
    """A bad setting ends the program with one line that names it."""
    try:
        yield
    except BadSetting as bad:
        raise SystemExit(str(bad)) from bad


@contextlib.contextmanager
def possible():
    """What cannot be done ends the command with its reason."""
    try:
        yield
    except moving.Impossible as reason:
        raise click.ClickException(str(reason)) from reason


def application():
    """The application with its commands."""
    with one_line():
        app = create_app()
    if app.config["ENV"] == "production":
        logs.begin()
    register(app)
    return app


def register(app) -> None:
    app.cli.commands["db"].add_command(db_move)
    for command in (
        demo_group,
        serve,
        worker,
        due,
        staff_group,
        release_group,
        mail_group,
        files_group,
        check,
        purge,
        backup,
        restore,
    ):
        app.cli.add_command(command)


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
    heartbeat.keep(app)
    engine.work(app)


@click.command("move")
@click.option("--to", "url", required=True, metavar="ADDRESS", help="Of an empty database.")
@with_appcontext
def db_move(url: str) -> None:
    """Copy the database into another one, as from SQLite to PostgreSQL, and compare every row; nobody can write
    meanwhile. Exit status 1 when one is not alike: then nothing was copied."""
    with possible():
        moving.move(url, click.echo)
    click.echo(
        "Every row is there. Set PRESSROOM_DATABASE_URL to this address before anything starts: what is written to the old"
        " database from now on is not in this one."
    )


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
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Copy the database and the files to FOLDER, which must be empty or not exist, while the office works."""
    with possible():
        backups.back_up(folder, click.echo)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--erasures", multiple=True, metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file `erasures` of the data folder that was lost, or of a newer backup. May be given more than once.",
)  # fmt: skip
@with_appcontext
def restore(folder: Path, erasures) -> None:
    """Put the backup in FOLDER into an empty database and data folder: mail is held, and whoever was erased since is
    erased again."""
    with possible(), unit_of_work():
        backups.restore(folder, erasures, click.echo)
    with unit_of_work():
        storage.sweep()
    empty_log()


@click.command()
@click.option(
    "--send-test", "recipient", metavar="ADDRESS", help="Send one test message to this address as well."
)
@with_appcontext
def check(recipient: str | None) -> None:
    """Check settings, database, files, journal and mail server: one line each; exit status 1 when one fails."""
    results = [*checking.results(), *health.results(), *relay.results(), *boxes.results()]
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

"""Postmen as processes that a test may kill, stop and wake: each is forked from one that has loaded the application.

    python -m tests.journeys.nursery FOLDER DATABASE_URL MAIL_URL

A line on standard input, `DATABASE_URL MAIL_URL`, starts one there, whose process id is printed; nobody need bury it.
"""

import gc
import os
import signal
import sys

from sqlalchemy import event, make_url

from pressroom import clock
from pressroom.database import db, writing
from pressroom.delivery import tasks
from tests import builders
from tests.conftest import make_app


def main() -> None:
    folder, database, mail = sys.argv[1:]
    app = make_app(folder, DATABASE_URL=database)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with app.app_context():
        # A first round here, so that its children need not compile every statement again.
        builders.a_message()
        _carry_all(app, mail)
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # or else every child looks through, and so copies, all that is loaded
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            with app.app_context():
                database, mail = line.split()
                event.listen(db.engine, "do_connect", _to(database))
                _carry_all(app, mail)
            os._exit(0)
        print(child, flush=True)


def _carry_all(app, mail: str) -> None:
    builders.pointing_at(app, mail)
    with writing():
        tasks.fall_due(clock.now())


def _to(database: str):
    """Leads every new connection to this database, of the same kind."""

    def lead(dialect, _record, arguments, options):
        there, how = dialect.create_connect_args(make_url(database))
        arguments[:] = there
        options.update(how)

    return lead


if __name__ == "__main__":
    main()

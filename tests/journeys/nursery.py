"""Postmen as processes that a test may kill, stop and wake: each is forked from one that has loaded the application.

    python -m tests.journeys.nursery FOLDER MAIL_URL

A line on standard input starts one, whose process id is printed; nobody need bury it.
"""

import gc
import os
import signal
import sys

from pressroom import clock
from pressroom.database import db, writing
from pressroom.delivery import tasks
from tests.conftest import make_app


def main() -> None:
    folder, url = sys.argv[1:]
    app = make_app(folder, MAIL_URL=url, MAIL_FROM="Press <press@office.example>")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with app.app_context(), writing():
        # A first round here, so that its children need not compile every statement again.
        tasks.fall_due(clock.now())
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # or else every child looks through, and so copies, all that is loaded
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            with app.app_context(), writing():
                tasks.fall_due(clock.now())
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()

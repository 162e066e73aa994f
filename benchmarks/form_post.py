"""How many forms for accreditation are taken a second, beside Django's ModelForm over a database with the same
settings. Each is a new one: it is checked, and a row of it committed."""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path

from flask import Flask

from benchmarks import queue, seeding
from benchmarks.figures import PEERS, Figure, milliseconds
from pressroom.accreditation import applying
from pressroom.database import PRAGMAS, writing

TYPED = {
    "name": "Noémie Kervella", "email": "noemie@telegraphe.example", "outlet": "Le Télégraphe", "category": "written",
    "phone": "+33 1 99 00 00 01", "samples": "https://telegraphe.example/kervella", "needs": "",
}  # fmt: skip
ROUNDS = 100


def run(_most: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, seeding.office(Path(folder), 0) as app:
        with writing():
            queue.add_event()
        with _django(Path(folder) / "django.db") as peer:
            ours, theirs = milliseconds([_ours(app), peer], ROUNDS)
    yield Figure("a form post", 1000 / ours, 1000 / theirs, "forms/s", "Django’s ModelForm", at_least=0.7)


def _ours(app: Flask) -> Callable[[], None]:
    client, address = app.test_client(), "/en/events/forum/accreditation"
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', client.get(address).text)
    parts = [dict(re.findall(r'(name|value)="([^"]*)"', one)) for one in inputs]
    hidden = {part["name"]: part.get("value", "") for part in parts}

    def post() -> None:
        client.delete_cookie(applying.COOKIE, path=address)
        # As a server calls it: a session of the database for each request, none that outlives it.
        _demand(Context().run(client.post, address, data=hidden | TYPED).status_code)

    return post


@contextmanager
def _django(database: Path) -> Iterator[Callable[[], None]]:
    # -P: of what lies beside that program nothing is imported, a module here is called as one of Python's.
    command = [PEERS, "-P", Path(__file__).with_name("django_form.py"), database, ";".join(PRAGMAS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:

        def post() -> None:
            print(json.dumps(TYPED), file=peer.stdin, flush=True)
            _demand(int(peer.stdout.readline()))

        yield post
        peer.stdin.close()


def _demand(status: int) -> None:
    """Each program answers a form that it took with another page."""
    if status not in (302, 303):
        raise RuntimeError(f"the form was not taken: {status}")

"""How many forms for accreditation are taken a second, beside a bare view that commits one row of the same words to a
database with the same settings."""

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, request

from benchmarks import queue, seeding
from benchmarks.figures import Figure, milliseconds
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
        ours, peer = milliseconds([_ours(app), _bare(Path(folder) / "bare.db")], ROUNDS)
    yield Figure("a form post", 1000 / ours, 1000 / peer, "forms/s", "a bare view that commits one row")


def _ours(app: Flask):
    client, address = app.test_client(), "/en/events/forum/accreditation"
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', client.get(address).text)
    parts = [dict(re.findall(r'(name|value)="([^"]*)"', one)) for one in inputs]
    hidden = {part["name"]: part.get("value", "") for part in parts}
    return lambda: _post(client, address, hidden | TYPED, 303)


def _bare(path: Path):
    app = Flask("bare")
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        database.execute(pragma)
    database.execute(f"CREATE TABLE form (id INTEGER PRIMARY KEY, {', '.join(TYPED)})")
    row = f"INSERT INTO form ({', '.join(TYPED)}) VALUES ({', '.join('?' * len(TYPED))})"

    @app.post("/")
    def take():
        database.execute("BEGIN IMMEDIATE")
        database.execute(row, [request.form[name] for name in TYPED])
        database.execute("COMMIT")
        return "", 303

    client = app.test_client()
    return lambda: _post(client, "/", TYPED, 303)


def _post(client, address: str, data: dict, status: int) -> None:
    answer = client.post(address, data=data)
    if answer.status_code != status:
        raise RuntimeError(f"{address}: {answer.status}")

"""How fast a dispatch leaves, beside a bare smtplib loop that sends ready-made messages over one connection into the same
server, and beside Django's messages over one connection; what a second worker adds; and that it takes no longer for each
of ten thousand people than for each of a thousand, to be written and to be taken out of those that wait."""

import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask

from benchmarks import seeding
from benchmarks.figures import PEERS, Figure
from pressroom import clock, storage
from pressroom.access import SYSTEM
from pressroom.contacts.models import Contact, ContactList, contact_listing
from pressroom.database import db, new_id, writing
from pressroom.delivery import claims, letters, outbox, postman, transport, words
from pressroom.delivery.models import Attachment, Body, Dispatch, DispatchKind, DispatchState, Message
from pressroom.dispatches import composing, workflow

HERE = Path(__file__).parent
SENDER = "Press <press@office.example>"
SIZES = (1000, 10_000)
ROUNDS = 3  # the best of them, each side: what else the machine does slows some
KIT = bytes(range(256)) * 8192  # 2 MB
SENTENCE = "Le service de presse a le plaisir de vous inviter demain à neuf heures. "


def run(_most: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, sink() as port, seeding.office(Path(folder), 1) as app:
        app.config.update(MAIL_URL=f"smtp://127.0.0.1:{port}?tls=none", MAIL_FROM=SENDER)
        transport.init_app(app)
        for name, count, kit in (("2 kB", 1000, b""), ("2 kB and a 2 MB file", 60, KIT)):
            yield from _sending(app, port, name, count, kit)
        yield from _growing(app)


def _sending(app: Flask, port: int, name: str, count: int, kit: bytes) -> Iterator[Figure]:
    with writing():
        dispatch = to_send(kit)
    bare, ours, both, django = [], [], [], []
    with _django(port, count, len(kit)) as peer, _two(app) as two:
        for _ in range(ROUNDS):
            with writing():
                write(dispatch, count)
            first = db.select(Message).filter_by(dispatch_id=dispatch.id).limit(1)
            raw = letters.write(db.session.scalars(first).one()).raw
            db.session.rollback()
            bare.append(count / _seconds(lambda raw=raw: _bare(port, raw, count)))
            ours.append(count / _seconds(lambda: _ours(app, count)))
            django.append(count / peer())
            with writing():
                write(dispatch, count)
            both.append(count / _seconds(lambda: two(count)))
    yield Figure(f"mail: {name}", max(ours), max(bare), "messages/s", "smtplib, ready made", at_least=0.7)
    yield Figure(f"mail from two workers: {name}", max(both), max(bare), "messages/s", "smtplib, ready made")
    yield Figure(
        f"mail beside Django: {name}",
        max(ours),
        max(django),
        "messages/s",
        "EmailMultiAlternatives",
        at_least=2,
    )


def _growing(app: Flask) -> Iterator[Figure]:
    composed, claimed = [], []
    for count in SIZES:
        with writing():
            db.session.execute(db.delete(Message))
            dispatch = _to_journalists(count)
            composed.append(1000 / count * _seconds(lambda dispatch=dispatch: _compose(dispatch)) * 1000)
            rounds = [_seconds(_claim) for _ in range(ROUNDS * 3)]
            claimed.append(min(rounds) * 1000)
    few, many = SIZES
    yield Figure(
        f"mail: 1,000 of {many:,} messages composed", composed[1], composed[0], "ms", f"1,000 of {few:,}"
    )
    yield Figure(f"mail: {claims.BATCH} claimed of {many:,}", claimed[1], claimed[0], "ms", f"of {few:,}")


def _to_journalists(count: int) -> Dispatch:
    """A draft to so many people of a new list."""
    at = clock.now()
    listed = ContactList(name=new_id(), created_at=at)
    db.session.add(listed)
    db.session.flush()
    common = {"phone": "", "language": "fr", "source": "benchmark", "created_at": at, "last_action_at": at}
    rows = [
        {"id": new_id(), "email": f"{new_id()}@telegraphe.example", "name": "Noémie Kervella"}
        for _ in range(count)
    ]
    db.session.execute(db.insert(Contact), [common | row for row in rows])
    db.session.execute(
        db.insert(contact_listing), [{"contact_id": row["id"], "list_id": listed.id} for row in rows]
    )
    text = workflow.Text("Point presse", SENTENCE * 13)
    dispatch = workflow.create(
        DispatchKind.ADVISORY,
        audience=[{"who": "list", "list": listed.id}],
        texts={"fr": text},
        by=SYSTEM,
        at=at,
    )
    dispatch.state = DispatchState.SENDING
    db.session.commit()
    return dispatch


def _compose(dispatch: Dispatch) -> None:
    composing.compose(dispatch, clock.now())
    db.session.commit()


def _claim() -> None:
    claims.claim("benchmark", clock.now())
    db.session.commit()


def to_send(kit: bytes) -> Dispatch:
    now = clock.now()
    dispatch = Dispatch(
        kind=DispatchKind.ADVISORY,
        state=DispatchState.SENDING,
        about="",
        audience=[],
        created_at=now,
        starts_at=now,
    )
    said = words.gap("name") + SENTENCE * 13 + words.gap("leave")
    body = Body(language="fr", subject="Point presse", text=said, html=f"<p>{said}</p>")
    if kit:
        file = {"name": "Dossier.pdf", "media_type": "application/pdf", "size": len(kit), "position": 1}
        body.attachments.append(Attachment(file_key=storage.put(kit), **file))
    dispatch.bodies.append(body)
    db.session.add(dispatch)
    db.session.commit()
    return dispatch


def write(dispatch: Dispatch, count: int) -> None:
    [body] = dispatch.bodies
    row = {"language": "fr", "subject": body.subject, "body_id": body.id, "scope": "contacts"}
    recipients = (f"{new_id()}@telegraphe.example" for _ in range(count))
    rows = [row | {"recipient": one, "personal": {"name": "Noémie Kervella"}} for one in recipients]
    outbox.insert(dispatch, rows, clock.now())
    db.session.commit()


def _ours(app: Flask, count: int) -> None:
    with writing():
        sent = postman.deliver(app.extensions["mailer"])
    if sent != count:
        raise RuntimeError(f"{sent} of {count} messages left")


@contextmanager
def _two(app: Flask) -> Iterator[Callable[[int], None]]:
    """A function that has two processes send all that is due, at once."""
    names = ("DATA_DIR", "ENV", "SECRET_KEY", "BASE_URL", "MAIL_URL", "MAIL_FROM")
    environment = {**os.environ, **{f"PRESSROOM_{name}": str(app.config[name]) for name in names}}
    command = [sys.executable, "-m", "benchmarks.postman"]
    with ExitStack() as stack:
        workers = [
            subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        both = [stack.enter_context(one) for one in workers]

        def answers() -> int:
            return sum(int(one.stdout.readline()) for one in both)

        def send(count: int) -> None:
            for one in both:
                print(file=one.stdin, flush=True)
            if (sent := answers()) != count:
                raise RuntimeError(f"{sent} of {count} messages left")

        answers()  # both are ready
        yield send


def _bare(port: int, raw: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            server.sendmail("press@office.example", [f"{number}@telegraphe.example"], raw)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextmanager
def sink() -> Iterator[int]:
    with subprocess.Popen([sys.executable, HERE / "sink.py"], stdout=subprocess.PIPE, text=True) as sink:
        try:
            yield int(sink.stdout.readline())
        finally:
            sink.kill()


@contextmanager
def _django(port: int, count: int, attached: int) -> Iterator[Callable[[], float]]:
    """A function that has Django send as many messages of this kind, and gives the seconds that it took."""
    command = [PEERS, "-P", HERE / "django_mail.py", json.dumps([port, count, attached, SENTENCE * 13])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:

        def send() -> float:
            print(file=peer.stdin, flush=True)
            return float(peer.stdout.readline())

        yield send
        peer.stdin.close()

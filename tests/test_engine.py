import logging
import sqlite3
from datetime import timedelta
from threading import Event
from types import SimpleNamespace

import pytest

from pressroom import clock, engine
from tests.conftest import make_app

NOWHERE = "redis://127.0.0.1:1/0"


def test_waking_at_once_queues_and_waking_later_schedules(app):
    huey = app.extensions["engine"]

    engine.wake(app, clock.now())
    engine.wake(app, clock.now() + timedelta(minutes=5))

    assert len(huey.pending()) == 2
    later = [task for task in huey.pending() if task.eta]
    assert len(later) == 1
    huey.storage.close()


def test_one_task_s_failure_does_not_stop_the_next(app, caplog):
    done = []

    def fails(now):
        raise RuntimeError("first")

    app.extensions["due"] = (fails, done.append)
    app.testing = False

    engine.run_due(app)

    assert len(done) == 1
    assert "failed" in caplog.text


def test_a_queue_that_is_gone_costs_no_change(tmp_path, caplog):
    app = make_app(tmp_path)
    with sqlite3.connect(tmp_path / "queue.db") as queue:
        queue.execute("DROP TABLE task")
        queue.execute("DROP TABLE schedule")
    queue.close()

    engine.wake(app, clock.now())

    assert "the queue cannot be reached" in caplog.text


@pytest.fixture
def minutes(monkeypatch):
    """A clock that strikes when it is told to: a list of how many seconds have passed."""
    passed = [1000.0]
    ticking = SimpleNamespace(monotonic=lambda: passed[0], time=lambda: passed[0])
    monkeypatch.setattr(engine, "time", ticking)
    monkeypatch.setattr("huey.api.time", ticking)
    return passed


def a_worker(app):
    return engine.Worker(
        app, huey=app.extensions["engine"], stop_flag=Event(), default_delay=0, max_delay=0, backoff=1
    )


def test_each_worker_looks_when_it_starts_and_then_one_of_them_each_minute(app, minutes):
    done = []
    app.extensions["due"] = (done.append,)
    first, second = a_worker(app), a_worker(app)

    def looked(*workers):
        done.clear()
        for worker in workers:
            worker.loop()
        return len(done)

    for worker in (first, second):
        worker.initialize()
    assert len(done) == 2
    assert looked(first, second) == 0
    minutes[0] += 60
    assert looked(first, second) == 1
    minutes[0] += 60
    assert looked(second, first) == 1
    minutes[0] += 60  # the one of them is gone
    assert looked(second) == 1


def test_while_the_queue_is_gone_each_worker_goes_by_its_own_clock_and_says_so_once_a_minute(
    tmp_path, minutes, caplog
):
    app, done = make_app(tmp_path, QUEUE_URL=NOWHERE, LIMITS_URL="memory://"), []
    app.extensions["due"] = (done.append,)
    worker, log = a_worker(app), logging.getLogger("huey.consumer.Worker")
    engine_says = engine.Seldom()
    log.addFilter(engine_says)
    try:
        worker.initialize()
        for _ in range(10):
            worker.loop()
            minutes[0] += 20
    finally:
        log.removeFilter(engine_says)

    assert len(done) == 4
    assert [one.getMessage() for one in caplog.records if one.name == log.name] == [
        "Error reading from queue: ConnectionError"
    ] * 4
    assert all(one.exc_info is None for one in caplog.records)


@pytest.mark.parametrize("url", [NOWHERE, "postgresql://127.0.0.1:1/press"])
def test_an_application_starts_and_goes_on_without_its_queue(tmp_path, minutes, caplog, url):
    app = make_app(tmp_path, QUEUE_URL=url, LIMITS_URL="memory://")

    def said():
        caplog.clear()
        engine.wake(app, clock.now())
        engine.wake(app, clock.now() + timedelta(minutes=5))
        return [one.getMessage() for one in caplog.records if one.name == "pressroom.engine"]

    failure = "ConnectionError" if url == NOWHERE else "OperationalError"
    assert said() == [f"the queue cannot be reached: {failure}"]
    assert said() == []
    minutes[0] += 10
    assert said() == [f"the queue cannot be reached: {failure}"]

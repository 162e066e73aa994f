import sqlite3
from datetime import timedelta

from pressroom import clock, engine
from tests.conftest import make_app


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


def test_a_queue_that_is_gone_costs_no_change(migrated, tmp_path, caplog):
    app = make_app(tmp_path)
    with sqlite3.connect(tmp_path / "queue.db") as queue:
        queue.execute("DROP TABLE task")
        queue.execute("DROP TABLE schedule")
    queue.close()

    engine.wake(app, clock.now())

    assert "the queue cannot be reached" in caplog.text

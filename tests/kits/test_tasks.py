import threading
from datetime import timedelta

from pressroom import clock, storage
from pressroom.access import SYSTEM
from pressroom.database import db, writing
from pressroom.kits import tasks, workflow
from pressroom.kits.models import Archive, State
from tests import builders

DAY = timedelta(days=1)


def archives():
    db.session.expire_all()
    return db.session.scalars(db.select(Archive).order_by(Archive.id)).all()


def test_an_archive_is_built_once_for_a_version(app):
    builders.a_kit(releases=[builders.a_published_release()])

    tasks.fall_due(clock.now())
    [first] = archives()
    tasks.fall_due(clock.now())

    assert [one.id for one in archives()] == [first.id]
    assert storage.find(first.file_key).size == first.size


def test_what_is_under_embargo_has_one_of_its_own_until_its_hour(app):
    soon = clock.now() + DAY
    builders.a_kit(
        releases=[builders.a_published_release(), builders.a_published_release(embargo_until=soon)]
    )

    tasks.fall_due(clock.now())
    before = archives()
    tasks.fall_due(soon)
    after = archives()
    storage.sweep()

    assert (len(before), len(after)) == (2, 1)
    assert after[0].id not in {one.id for one in before}
    stored = [
        path for path in (app.config["DATA_DIR"] / "files").glob("*/*") if path.read_bytes()[:2] == b"PK"
    ]
    assert [path.name for path in stored] == [after[0].file_key]


def test_only_an_open_kit_has_archives_and_a_new_version_has_its_own(app):
    kit = builders.a_kit(state=State.DRAFT)
    tasks.fall_due(clock.now())
    assert archives() == []
    workflow.act(kit, "open", languages=("fr", "en"), by=SYSTEM, at=clock.now())
    db.session.commit()
    tasks.fall_due(clock.now())
    [first] = archives()

    covers = {"fr": "Autrement.", "en": "Otherwise."}
    builders.drafting.fill(kit, covers=covers, releases=[], by=SYSTEM, at=clock.now())
    workflow.publish(kit, {}, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    db.session.commit()
    tasks.fall_due(clock.now())

    [second] = archives()
    assert (first.version_id == second.version_id, second.version_id) == (False, kit.current.id)


def test_a_kit_whose_file_is_missing_does_not_stop_the_others(app, caplog):
    broken, fine = builders.a_kit(), builders.a_kit()
    storage.delete(broken.current.files[0].file_key)

    tasks.fall_due(clock.now())

    assert [one.version_id for one in archives()] == [fine.current.id]
    assert f"the archive of kit {broken.id} cannot be built" in caplog.text


def test_two_workers_at_once_keep_one_archive(app):
    builders.a_kit()
    db.session.rollback()
    now, barrier = clock.now(), threading.Barrier(2)

    def work():
        with app.app_context(), writing():
            barrier.wait()
            tasks.fall_due(now)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(archives()) == 1

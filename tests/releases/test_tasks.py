"""A release gets its number once readers can see it."""

from datetime import timedelta

from pressroom.releases import tasks
from tests import builders
from tests.builders import NOON

HOUR = timedelta(hours=1)


def test_what_has_become_public_is_numbered_once_in_the_order_of_appearance(app):
    builders.a_press_contact()
    second = builders.a_published_release(at=NOON, publish_at=NOON + 2 * HOUR)
    first = builders.a_published_release(at=NOON, embargo_until=NOON + HOUR)
    hidden = builders.a_published_release(at=NOON, embargo_until=NOON + 4 * HOUR)

    def numbers():
        return [release.number for release in (first, second, hidden)]

    tasks.fall_due(NOON)
    assert numbers() == [None, None, None]
    tasks.fall_due(NOON + 3 * HOUR)
    assert numbers() == ["2026-001", "2026-002", None]
    tasks.fall_due(NOON + 3 * HOUR)
    assert numbers() == ["2026-001", "2026-002", None]

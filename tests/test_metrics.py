"""Counting requests in several processes at once."""

import os
import re

import pytest

from pressroom import metrics


def counted():
    lines = re.findall(r"^pressroom_(\S+) (\S+)$", metrics.exposition({}), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def difference(before):
    return {
        name: value - before.get(name, 0) for name, value in counted().items() if value != before.get(name, 0)
    }


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/", "home"), ("/fr/", "home"), ("/en/releases/", "releases"), ("/fr/releases/4f7k2m9q/mots", "releases"),
        ("/r/4f7k2m9q", "releases"), ("/fr/events/2006/", "events"), ("/fr/events/2006/accreditation/check", "accreditation"),
        ("/fr/applications/x", "applications"), ("/fr/verify/x", "applications"), ("/files/x/y", "files"),
        ("/fr/feed.atom", "feeds"), ("/u/x", "alerts"), ("/api/v1/releases", "api"), ("/static/a.css", "static"),
        ("/desk/", "desk"), ("/door/", "door"), ("/readyz", "health"), ("/wp-login.php", "other"), ("", "home"),
    ],
)  # fmt: skip
def test_an_address_belongs_to_a_group(path, group):
    before = counted()

    metrics.count(path, 200, 0.0)

    assert f'requests_total{{group="{group}",status="200"}}' in difference(before)


def test_a_request_is_counted_by_status_and_time():
    before = counted()

    metrics.count("/door/", 503, 0.03)
    metrics.count("/door/", 418, 60)

    changed = difference(before)
    assert changed.pop('request_seconds_sum{group="door"}') == pytest.approx(60.03)
    limits = [limit for limit in metrics.BUCKETS if limit >= 0.05][:-1]
    assert changed == {
        'requests_total{group="door",status="503"}': 1,
        'requests_total{group="door",status="other"}': 1,
        **{f'request_seconds_bucket{{group="door",le="{limit}"}}': 1 for limit in limits},
        'request_seconds_bucket{group="door",le="+Inf"}': 2,
        'request_seconds_count{group="door"}': 2,
    }


def test_forked_processes_count_together():
    before = counted()

    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            for _ in range(1000):
                metrics.count("/door/", 200, 0.001)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)

    assert difference(before)['requests_total{group="door",status="200"}'] == 3000

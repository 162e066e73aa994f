import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pressroom import dates
from pressroom.errors import Refused
from pressroom.i18n import speaking

PARIS, KOLKATA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")
MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "fr",
            [
                "18 novembre 2026",
                f"9{NB}h",
                f"18 novembre 2026, 9{NB}h",
                "1er décembre 2026",
                "dimanche 1er novembre 2026",
            ],
        ),
        (
            "en",
            [
                "18 November 2026",
                "09:00",
                "18 November 2026, 09:00",
                "1 December 2026",
                "Sunday 1 November 2026",
            ],
        ),
    ],
)
def test_dates_are_written_as_people_write_them(app, language, expected):
    with speaking(language):
        written = [
            dates.day(MORNING.date()), dates.hour(MORNING, PARIS), dates.moment(MORNING, PARIS),
            dates.day(date(2026, 12, 1)), dates.day(date(2026, 11, 1), "full"),
        ]  # fmt: skip

    assert written == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["heure de Paris (UTC+1)", "heure de Kolkata (UTC+5:30)"]),
        ("en", ["Paris time (UTC+1)", "Kolkata time (UTC+5:30)"]),
    ],
)
def test_the_zone_is_named(app, language, expected):
    with speaking(language):
        assert [dates.zone_name(PARIS, MORNING), dates.zone_name(KOLKATA, MORNING)] == expected


@pytest.mark.parametrize(
    ("octets", "french", "english"),
    [(900, f"900{NB}o", f"900{NB}B"), (1_500, f"1,5{NB}ko", f"1.5{NB}kB"), (8_200_000, f"8,2{NB}Mo", f"8.2{NB}MB"), (24_000_000, f"24{NB}Mo", f"24{NB}MB")],
)  # fmt: skip
def test_sizes_are_written_in_the_reader_s_units(app, octets, french, english):
    with speaking("fr"):
        assert dates.size(octets) == french
    with speaking("en"):
        assert dates.size(octets) == english


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "fr",
            [
                f"mercredi 18 novembre 2026 à 9{NB}h, heure de Paris (UTC+1), soit 8{NB}h UTC",
                f"mercredi 18 novembre 2026 à 0{NB}h{NB}30, heure de Paris (UTC+1), soit 23{NB}h{NB}30 UTC le 17 novembre 2026",
            ],
        ),
        (
            "en",
            [
                "Wednesday 18 November 2026, 09:00, Paris time (UTC+1) – 08:00 UTC",
                "Wednesday 18 November 2026, 00:30, Paris time (UTC+1) – 23:30 UTC on 17 November 2026",
            ],
        ),
    ],
)
def test_an_embargo_s_end_names_day_hour_zone_offset_and_utc(app, language, expected):
    night = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)

    with speaking(language):
        said = [dates.instant(moment, PARIS) for moment in (MORNING, night)]

    assert said == expected


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Europe/Paris", MORNING, "UTC+1"),
        ("Europe/Paris", datetime(2026, 7, 1, tzinfo=UTC), "UTC+2"),
        ("UTC", MORNING, "UTC"),
        ("Asia/Kolkata", MORNING, "UTC+5:30"),
        ("America/St_Johns", MORNING, "UTC−3:30"),
    ],
)
def test_the_offset_is_the_one_of_that_moment(zone, moment, expected):
    assert dates.offset(moment, ZoneInfo(zone)) == expected


def test_an_hour_that_does_not_exist_or_happens_twice_is_refused(app):
    with pytest.raises(Refused, match="does not exist"):
        dates.to_utc(datetime(2027, 3, 28, 2, 30), PARIS)
    with pytest.raises(Refused, match="happens twice"):
        dates.to_utc(datetime(2026, 10, 25, 2, 30), PARIS)
    assert dates.to_utc(datetime(2026, 11, 18, 9), PARIS) == MORNING


@pytest.mark.parametrize("server", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_clock_s_hour_means_the_same_moments_wherever_the_server_stands(monkeypatch, server):
    monkeypatch.setenv("TZ", server)
    time.tzset()
    try:
        shown = [
            dates.readings(datetime(2027, 3, 28, 2, 30), PARIS),
            dates.readings(datetime(2026, 10, 25, 2, 30), PARIS),
            dates.readings(datetime(2026, 11, 18, 9), PARIS),
        ]
    finally:
        monkeypatch.undo()
        time.tzset()

    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert shown == [[], [first, second], [MORNING]]

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


def test_an_hour_that_does_not_exist_or_happens_twice_is_refused(app):
    with pytest.raises(Refused, match="does not exist"):
        dates.to_utc(datetime(2027, 3, 28, 2, 30), PARIS)
    with pytest.raises(Refused, match="happens twice"):
        dates.to_utc(datetime(2026, 10, 25, 2, 30), PARIS)


def test_an_hour_that_happens_twice_can_be_chosen(app):
    twice = datetime(2026, 10, 25, 2, 30)

    assert [dates.to_utc(twice, PARIS, fold=fold) for fold in (0, 1)] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert dates.to_utc(datetime(2026, 11, 18, 9), PARIS) == MORNING

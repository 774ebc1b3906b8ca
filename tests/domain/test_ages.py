"""Age bands: every age in one band, whole years on the day, whatever day somebody was born."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from justice.domain.calendar import years_before
from performance.domain import ages

LOCAL, NATIONAL = ages.shipped()["local"], ages.shipped()["national"]


def age(born: date, on: date) -> int:
    """Counted another way: years between, less one until the birthday."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@pytest.mark.parametrize(
    "on", [date(2012, 7, 31), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)], ids=str
)
@pytest.mark.parametrize("bands", [LOCAL, NATIONAL], ids=lambda one: one.key)
def test_everybody_is_in_the_band_of_their_age(bands: ages.Bands, on: date):
    for days in range(0, 100 * 366, 7):
        for shift in (0, 1):  # birthdays and the days beside them come up for every year
            born = on - timedelta(days=days + shift)
            found = [band for band in bands.bands if _in(band, born, on)]
            years = age(born, on)
            expected = [
                b for b in bands.bands if b.youngest <= years and (b.oldest is None or years <= b.oldest)
            ]
            assert found == expected, (born, years)


def _in(band: ages.Band, born: date, on: date) -> bool:
    after, last = band.born(on)
    return born <= last and (after is None or born > after)


@pytest.mark.parametrize(
    ("years", "on", "last"),
    [
        pytest.param(18, date(2025, 6, 2), date(2007, 6, 2), id="eighteen today"),
        pytest.param(18, date(2024, 2, 29), date(2006, 2, 28), id="counted on 29 February"),
        pytest.param(20, date(2024, 2, 29), date(2004, 2, 29), id="both leap years"),
    ],
)
def test_the_last_day_of_birth(years: int, on: date, last: date):
    assert years_before(on, years) == last


def test_the_bands_in_words():
    assert [band.label for band in LOCAL.bands][:3] == ["Under 16", "16 to 17", "18 to 20"]
    assert [band.label for band in LOCAL.bands][-2:] == ["61 to 65", "Over 65"]
    assert [band.label for band in NATIONAL.bands][-2:] == ["31 to 40", "Over 40"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            '[[set]]\nkey = "a"\nlabel = "A"\nyoungest = [0, 16, 16]\nsource = "B"', id="ages that stand"
        ),
        pytest.param('[[set]]\nkey = "a"\nlabel = "A"\nyoungest = [0, 16]\nsource = ""', id="no source"),
    ],
)
def test_bad_bands_are_refused(text: str, tmp_path: Path):
    file = tmp_path / "bands.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match="a needs ages that rise, and a source"):
        ages.load(file)

"""What files are read for, and how far two readers agree: kappa against values worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from assessments.domain import quality
from assessments.domain.quality import agreement, theme_counts, weighted_kappa

EDITION = quality.edition_on(date(2026, 11, 27))


def test_the_scale_is_that_of_the_inspection_reports():
    assert [EDITION.scale[score].label for score in range(6, 0, -1)] == [
        "Excellent",
        "Very good",
        "Good",
        "Adequate",
        "Weak",
        "Unsatisfactory",
    ]
    numbers = [one.number for one in EDITION.indicators.values()]
    assert numbers == ["1.1", "2.1", "5.1", "5.2", "5.3", "5.4", ""]


def test_an_edition_that_cannot_be_used_names_its_file(tmp_path):
    text = (quality.DATA / "2026-01-01.toml").read_text(encoding="utf-8")
    (tmp_path / "bad.toml").write_text(text.replace("score = 6", "score = 7"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.toml"):
        quality.load_editions(tmp_path)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([(4, 4), (2, 2), (5, 5)], Fraction(1), id="full agreement"),
        # Observed 1+1 over 2; by chance (0+1+1+0)/4 = 1/2: 1 - 1/(1/2)
        pytest.param([(3, 4), (4, 3)], Fraction(-1), id="never the same"),
        # By chance: firsts 3,3,4,4 and seconds 3,4,3,4 differ by one in half; observed half: no better than chance
        pytest.param([(3, 3), (3, 4), (4, 3), (4, 4)], Fraction(0), id="as chance would have it"),
        # Observed 1 over 4 = 1/4. By chance, firsts 2,3,4,4 and seconds 2,3,4,5:
        # from 2: 0+1+2+3 = 6; from 3: 1+0+1+2 = 4; from 4 twice: 2+1+0+1 = 4 each; 18/16. 1 - (1/4)/(18/16) = 7/9
        pytest.param([(2, 2), (3, 3), (4, 4), (4, 5)], Fraction(7, 9), id="one point apart once"),
        # Observed 3/4; firsts 2,3,4,4 and seconds 2,3,4,1: from 2: 0+1+2+1 = 4; 3: 1+0+1+2 = 4; 4: 2+1+0+3 = 6, twice
        # 20/16. 1 - (3/4)/(20/16) = 2/5: a difference of three points counts three times
        pytest.param([(2, 2), (3, 3), (4, 4), (4, 1)], Fraction(2, 5), id="three points apart once"),
        pytest.param([(4, 4), (4, 4)], None, id="every score the same: nothing to measure"),
        pytest.param([], None, id="nothing to compare"),
    ],
)
def test_weighted_kappa(pairs, expected):
    assert weighted_kappa(pairs) == expected
    assert weighted_kappa([(second, first) for first, second in pairs]) == expected


def test_a_score_off_the_scale_is_our_mistake():
    with pytest.raises(ValueError, match="7 is not on the scale"):
        weighted_kappa([(7, 1)])


def test_exact_and_within_one_are_counted():
    found = agreement([(4, 4), (4, 5), (4, 2), (3, 2)])
    assert (found.pairs, found.exact, found.within_one) == (4, 1, 3)
    assert (found.exact_share, found.within_one_share) == (Fraction(1, 4), Fraction(3, 4))
    assert agreement([]).exact_share is None


def test_every_indicator_is_scored_and_nothing_else():
    scores = dict.fromkeys(EDITION.indicators, 4)
    assert quality.reading_problems(scores, {}, ["plan_gap"], EDITION) == []
    wrong = {**scores, "planning": 7, "style": 3}
    del wrong["recording"]
    found = quality.reading_problems(wrong, {}, ["weather"], EDITION)
    assert [(one.message, one.field) for one in found] == [
        ("For “Planning and carrying out the work”, choose a score from 1 to 6", "score_planning"),
        ("Select a score for “Recording”", "score_recording"),
        ("Take out what is no indicator: style", ""),
        ("Select themes from those listed", "themes"),
    ]


def test_a_theme_about_too_few_people_has_no_number():
    found = [
        ("North", "plan_gap", 1, 7),
        ("North", "plan_gap", 2, 8),
        ("North", "plan_gap", 3, 9),
        ("North", "review_gap", 1, 7),
        ("North", "review_gap", 4, 7),
        ("South", "review_gap", 5, None),
    ]
    assert [(one.team, one.theme, one.files) for one in theme_counts(found, 3)] == [
        ("North", "plan_gap", 3),
        ("North", "review_gap", None),
        ("South", "review_gap", 1),
    ]

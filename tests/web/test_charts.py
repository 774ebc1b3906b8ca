"""Charts: well-formed, named, never by colour alone, and each with the sentence that replaces it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from justice.web import charts
from justice.web.charts import Pair, Point, describe, spoken

Q = [
    Point("Jul–Sep", 82, "July to September 2024", "2024/25"),
    Point("Oct–Dec", 84, "October to December 2024", "2024/25"),
    Point("Jan–Mar", 70, "January to March 2025", "2024/25"),
    Point("Apr–Jun", None, "April to June 2025", "2025/26"),
    Point("Jul–Sep", 77, "July to September 2025", "2025/26"),
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("points", "target", "sentence"),
    [
        pytest.param(
            Q,
            75,
            "Fell from 82% in July to September 2024 to 77% in July to September 2025, 2 points above the target of"
            " 75%. Lowest 70% in January to March 2025; highest 84% in October to December 2024. No data for 1 of 5.",
            id="fell, with a gap",
        ),
        pytest.param(
            [Q[2], Q[4]],
            78,
            "Rose from 70% in January to March 2025 to 77% in July to September 2025, 1 point below the target of 78%.",
            id="rose, below target",
        ),
        pytest.param(
            [Point("a", 80), Point("b", 80)],
            80,
            "The same, 80%, in a and in b, equal to the target of 80%.",
            id="same",
        ),
        pytest.param([Point("a", 77.25)], None, "77.3% in a.", id="one value"),
        pytest.param([Point("a", None)], 80, "No data", id="nothing"),
        pytest.param([], None, "No data", id="empty"),
        pytest.param(
            [Point("a", 5), Point("b", 5), Point("c", 5)],
            None,
            "The same, 5%, in a and in c.",
            id="flat: no extremes",
        ),
    ],
)
def test_says_what_the_series_shows(points, target, sentence):
    assert describe(points, target=target) == sentence


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(77, "%", "77%"), (77.5, "%", "77.5%"), (1204, "", "1,204"), (0, "%", "0%"), (66.66, "%", "66.7%")],
)
def test_speaks_of_numbers_as_people_do(value, unit, words):
    assert spoken(value, unit) == words


def drawn():
    yield "sparkline", charts.sparkline(Q, prefix="s", title="Reviews", target=75)
    yield "sparkline of nothing", charts.sparkline([Point("a", None)], prefix="s", title="Reviews")
    yield "sparkline of one", charts.sparkline([Point("a", 5)], prefix="s", title="Reviews")
    yield "trend", charts.trend(Q, prefix="t", title="Reviews", targets=75)
    yield "trend, target moved", charts.trend(Q, prefix="t", title="Reviews", targets=[None, 70, 75, 75, 80])
    yield "trend of nothing", charts.trend([], prefix="t", title="Reviews", targets=75)
    yield "trend of one", charts.trend(Q[:1], prefix="t", title="Reviews")
    yield (
        "trend, all alike",
        charts.trend([Point("a", 100), Point("b", 100)], prefix="t", title="R", targets=100),
    )
    yield (
        "trend of counts",
        charts.trend([Point("a", 3), Point("b", 1204)], prefix="t", title="Orders", unit=""),
    )
    yield "trend of twenty", charts.trend([Point(f"Q{n}", n * 5) for n in range(20)], prefix="t", title="R")
    yield "bars", charts.bars(Q, prefix="b", title="Teams", target=75)
    yield "bars of counts", charts.bars([Point("a", 0), Point("b", 12)], prefix="b", title="Teams", unit="")
    yield "bars of nothing", charts.bars([], prefix="b", title="Teams")
    yield "columns", charts.columns([Point("2 Mar", 4), Point("9 Mar", 0)], prefix="c", title="Due")


DRAWN = dict(drawn())


@pytest.mark.parametrize("name", DRAWN)
class TestEveryChart:
    def test_is_an_image_with_a_name_and_a_description(self, name):
        root = ET.fromstring(DRAWN[name])
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert description.text

    def test_names_its_own_type_and_carries_no_style(self, name):
        root = ET.fromstring(DRAWN[name])
        assert "Inter" in root.get("font-family")
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=", DRAWN[name])

    def test_stays_inside_its_frame(self, name):
        root = ET.fromstring(DRAWN[name])
        width, height = (float(side) for side in root.get("viewBox").split()[2:])
        for element in root.iter():
            for attribute, most in (
                ("x", width),
                ("cx", width),
                ("x1", width),
                ("y", height),
                ("cy", height),
            ):
                if element.get(attribute) is not None:
                    assert -1 <= float(element.get(attribute)) <= most + 1
            for pair in (element.get("points") or "").split():
                x, y = (float(number) for number in pair.split(","))
                assert -1 <= x <= width + 1
                assert -1 <= y <= height + 1


def test_prefixes_keep_ids_apart():
    two = charts.trend(Q, prefix="k1", title="A") + charts.trend(Q, prefix="k2", title="B")
    ids = re.findall(r'id="([^"]+)"', two)
    assert len(ids) == len(set(ids)) == 4


def test_what_is_below_target_has_another_shape_and_the_target_a_label():
    svg = charts.trend(Q, prefix="t", title="Reviews", targets=75)
    assert svg.count('fill="#ffffff"') == 2  # the value of 70, and the key that explains it
    assert "Target 75%" in svg
    assert "below target" in svg
    assert "stroke-dasharray" in svg


def test_where_there_is_no_data_there_is_no_line():
    assert charts.trend(Q, prefix="t", title="Reviews").count("<polyline") == 2


def test_every_bar_says_its_value():
    svg = charts.bars(Q, prefix="b", title="Teams", target=75)
    for words in ("82%", "84%", "70%", "77%", "No data"):
        assert f">{words}<" in svg


def test_a_pair_is_a_ring_and_a_disc_with_both_numbers_and_in_words():
    pairs = [Pair("Companions", 4, 3, 4), Pair("Leisure", 1, 1, 2)]
    svg = charts.pairs(pairs, prefix="p", title="Sections", before="1 May 2025", after="1 June 2025")
    assert svg.count('fill="none"') == svg.count('r="5.5"') == 3  # each row, and the key
    for words in ("Before: 1 May 2025", "Now: 1 June 2025", "4 → 3 of 4", "1 of 2"):
        assert f">{words}<" in svg
    assert "Companions 4 before, 3 now, of 4; Leisure 1 before, 1 now, of 2." in svg
    rings = [float(x) for x in re.findall(r'cx="([\d.]+)" cy="[\d.]+" r="9"', svg)]
    discs = [float(x) for x in re.findall(r'cx="([\d.]+)" cy="[\d.]+" r="5.5"', svg)]
    assert discs[1] < rings[1]  # it fell
    assert discs[2] == rings[2]


def test_pairs_of_nothing_and_hostile_labels_are_text():
    assert "No data" in charts.pairs([], prefix="p", title="T", before="a", after="b")
    svg = charts.pairs([Pair("<b>", 1, 2, 4)], prefix="p", title="<i>", before="<u>", after="b")
    assert not re.search("<(b|i|u)>", svg)
    ET.fromstring(svg)


def test_a_label_is_text_and_nothing_else():
    svg = charts.bars([Point("<script>alert(1)</script>", 5)], prefix="b", title="<b>", unit="")
    assert "<script>" not in svg
    assert "<b>" not in svg
    ET.fromstring(svg)

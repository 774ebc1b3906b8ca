"""Charts as SVG, made here: the same picture on the page, in print and in the PDF, and no script.

Each is an image with a title and a description of its own; whatever colour says, a label, a dash or a shape says
too. `describe` gives the sentence that stands beside a chart and replaces it for who does not see it. Colours are
those of the government's analysis guidance, all at least 3:1 on white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, log10
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float | Decimal

FONT: Final = (
    "Inter, system-ui, Arial, sans-serif"  # as an attribute: WeasyPrint gives SVG text no style sheet
)
INK, MUTED, GRID = "#17212b", "#4d5863", "#d3dae1"
MAIN, TARGET = "#12436d", "#801650"


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series. `label` stands on the axis, `name` in sentences; no value means no data."""

    label: str
    value: Number | None
    name: str = ""
    group: str = ""  # what a second line of the axis shows once: the year of a quarter

    @property
    def called(self) -> str:
        return self.name or self.label


def spoken(value: Number, unit: str = "%") -> str:
    """77%, 77.5%, 1,204: at most one decimal, none where it is nought."""
    exact = Decimal(str(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    whole = exact == exact.to_integral_value()
    return f"{int(exact):,}{unit}" if whole else f"{exact:,}{unit}"


def describe(points: Sequence[Point], unit: str = "%", target: Number | None = None) -> str:
    """What the series shows, in one or two sentences.

    "Fell from 82% in July to September 2024 to 77% in July to September 2025, 2 points above the target of 75%.
    Lowest 70% in January to March 2025; highest 84% in October to December 2024."
    """
    known = [point for point in points if point.value is not None]
    if not known:
        return "No data"
    first, last = known[0], known[-1]
    now = spoken(_value(last), unit)
    if len(known) == 1:
        said = f"{now} in {last.called}"
    elif spoken(_value(first), unit) == now:
        said = f"The same, {now}, in {first.called} and in {last.called}"
    else:
        verb = "Rose" if _value(last) > _value(first) else "Fell"
        said = f"{verb} from {spoken(_value(first), unit)} in {first.called} to {now} in {last.called}"
    if target is not None:
        said += f", {_against(_value(last), target, unit)}"
    said += "."
    if len(known) > 2:
        low, high = min(known, key=_value), max(known, key=_value)
        if _value(low) != _value(high):
            said += (
                f" Lowest {spoken(_value(low), unit)} in {low.called};"
                f" highest {spoken(_value(high), unit)} in {high.called}."
            )
    missing = len(points) - len(known)
    if missing:
        said += f" No data for {missing} of {len(points)}."
    return said


def _value(point: Point) -> Decimal:
    return Decimal(str(point.value))


def _against(value: Decimal, target: Number, unit: str) -> str:
    apart = value - Decimal(str(target))
    size = spoken(abs(apart), "")
    if size == "0":
        return f"equal to the target of {spoken(target, unit)}"
    side = "above" if apart > 0 else "below"
    if unit == "%":
        size += " point" if size == "1" else " points"
    return f"{size} {side} the target of {spoken(target, unit)}"


# ---------------------------------------------------------------- drawing


def _svg(prefix: str, title: str, description: str, width: int, height: int, body: SafeString) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{p}-title {p}-desc" width="{w}" '
        'height="{h}" viewBox="0 0 {w} {h}" font-family="{f}" font-size="13"><title id="{p}-title">{t}</title>'
        '<desc id="{p}-desc">{d}</desc>{b}</svg>',
        p=prefix,
        t=title,
        d=description,
        w=width,
        h=height,
        f=FONT,
        b=body,
    )


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", fill: str = INK, weight: int = 400
) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" fill="{}" font-weight="{}">{}</text>',
        _n(x),
        _n(y),
        anchor,
        fill,
        weight,
        words,
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str = GRID, width: float = 1) -> SafeString:
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"/>',
        _n(x1),
        _n(y1),
        _n(x2),
        _n(y2),
        stroke,
        width,
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def scale(low: float, high: float, unit: str) -> list[float]:
    """Round values for the axis, about five of them. Percentages near the top keep 100 as their end."""
    if high <= low:
        high = low + 1
    step = 10 ** floor(log10((high - low) / 4))
    step = next(step * by for by in (1, 2, 2.5, 5, 10) if (high - low) / (step * by) <= 5)
    if unit != "%" and step < 1:
        step = 1
    first, last = floor(low / step), ceil(high / step)
    if unit == "%":
        last = min(last, ceil(100 / step)) if high <= 100 else last
    return [round(mark * step, 6) for mark in range(first, last + 1)]


def sparkline(
    points: Sequence[Point],
    *,
    prefix: str,
    title: str,
    unit: str = "%",
    target: Number | None = None,
    width: int = 132,
    height: int = 30,
) -> SafeString:
    """A line without axes for the cell of a table: how it went, its last value marked, the target dashed."""
    description = describe(points, unit, target)
    known = [float(point.value) for point in points if point.value is not None]
    if not known:
        return _svg(
            prefix, title, description, width, height, _text(0, height / 2 + 4, "No data", fill=MUTED)
        )
    spread = [*known, *([float(target)] if target is not None else [])]
    low, high = min(spread), max(spread)
    margin = (high - low) * 0.15 or 1
    low, high = low - margin, high + margin

    def y(value: float) -> float:
        return height - 3 - (value - low) / (high - low) * (height - 6)

    def x(index: int) -> float:
        return 4 + index * (width - 10) / max(1, len(points) - 1)

    parts = []
    if target is not None:
        level = y(float(target))
        parts.append(
            format_html(
                '<line x1="0" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1" stroke-dasharray="3 3"/>',
                _n(level),
                width,
                _n(level),
                TARGET,
            )
        )
    parts += [_path(run, 1.75) for run in _runs(points, x, y)]
    last = max(index for index, point in enumerate(points) if point.value is not None)
    parts.append(_dot(x(last), y(float(_value(points[last]))), 3))
    return _svg(prefix, title, description, width, height, _joined(parts))


def _runs(points: Sequence[Point], x, y) -> list[list[tuple[float, float]]]:  # type: ignore[no-untyped-def]
    """The line in pieces: where there is no data, there is no line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((x(index), y(float(point.value))))
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float]], width: float) -> SafeString:
    steps = " ".join(f"{_n(x)},{_n(y)}" for x, y in run)
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round" '
        'stroke-linecap="round"/>',
        steps,
        MAIN,
        width,
    )


def _dot(x: float, y: float, radius: float = 4, hollow: bool = False) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="2"/>',
        _n(x),
        _n(y),
        _n(radius),
        "#ffffff" if hollow else MAIN,
        MAIN,
    )


def trend(
    points: Sequence[Point],
    *,
    prefix: str,
    title: str,
    unit: str = "%",
    targets: Number | Sequence[Number | None] | None = None,
    width: int = 860,
    height: int = 300,
) -> SafeString:
    """A line over quarters with its target, dashed and labelled; a value below the target is an open circle.

    `targets` is one number, or one for each point where the target changed over time.
    """
    aims = _aims(points, targets)
    latest = next((aim for aim in reversed(aims) if aim is not None), None)
    description = describe(points, unit, latest)
    values = [float(point.value) for point in points if point.value is not None]
    if not values:
        return _svg(prefix, title, description, width, 60, _text(8, 34, "No data", fill=MUTED))
    grouped = any(point.group for point in points)
    left, right, top, bottom = 48, 92, 18 if latest is None else 34, 48 if grouped else 30
    wanted = [*values, *(aim for aim in aims if aim is not None)]
    room = (max(wanted) - min(wanted)) * 0.1 or 5
    floor_ = max(0.0, min(wanted) - room) if min(wanted) >= 0 else min(wanted) - room
    marks = scale(floor_, max(wanted) + (room if unit != "%" or max(wanted) > 100 else 0), unit)
    low, high = marks[0], marks[-1]

    def y(value: float) -> float:
        return height - bottom - (value - low) / (high - low) * (height - top - bottom)

    def x(index: int) -> float:
        return left + 14 + index * (width - left - right - 28) / max(1, len(points) - 1)

    parts: list[SafeString] = []
    for mark in marks:
        parts.append(_line(left, y(mark), width - right, y(mark), MUTED if mark == low else GRID))
        parts.append(_text(left - 8, y(mark) + 4.5, spoken(mark, unit), anchor="end", fill=MUTED))
    every = ceil(len(points) / 12)
    for index, point in enumerate(points):
        if (len(points) - 1 - index) % every == 0:
            parts.append(_text(x(index), height - bottom + 18, point.label, anchor="middle", fill=MUTED))
        if point.group and (index == 0 or points[index - 1].group != point.group):
            if index:
                between = (x(index - 1) + x(index)) / 2
                parts.append(_line(between, height - bottom, between, height - bottom + 38))
            at = x(index) - 14 if index == 0 else (x(index - 1) + x(index)) / 2 + 7
            until = next(
                (n for n in range(index, len(points)) if points[n].group != point.group), len(points)
            )
            if x(until - 1) + 30 - at > 7.5 * len(
                point.group
            ):  # a year of one quarter has no room for its name
                parts.append(_text(at, height - bottom + 37, point.group, fill=INK, weight=600))
    if latest is not None:
        parts += [_dot(left + 6, 11), _text(left + 16, 15.5, "at or above target", fill=MUTED)]
        parts += [_dot(left + 152, 11, hollow=True), _text(left + 162, 15.5, "below target", fill=MUTED)]
    ends = _label_places(points, aims, y)
    parts += _target_line(aims, x, y, width - right)
    if latest is not None:
        words = f"Target {spoken(latest, unit)}"
        parts.append(_text(width - right + 8, ends[1] + 4.5, words, fill=TARGET))
    parts += [_path(run, 2.5) for run in _runs(points, x, y)]
    last = max(index for index, point in enumerate(points) if point.value is not None)
    for index, point in enumerate(points):
        if point.value is not None:
            aim = aims[index]
            parts.append(
                _dot(x(index), y(float(point.value)), hollow=aim is not None and float(point.value) < aim)
            )
    parts.append(
        _text(width - right + 8, ends[0] + 4.5, spoken(_value(points[last]), unit), fill=MAIN, weight=700)
    )
    return _svg(prefix, title, description, width, height, _joined(parts))


def _aims(points: Sequence[Point], targets: Number | Sequence[Number | None] | None) -> list[float | None]:
    if targets is None or isinstance(targets, int | float | Decimal):
        return [None if targets is None else float(targets)] * len(points)
    return [None if aim is None else float(aim) for aim in targets]


def _label_places(points: Sequence[Point], aims: Sequence[float | None], y) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Heights for the two labels at the right, moved apart where they would stand on each other."""
    value = y(next(float(point.value) for point in reversed(points) if point.value is not None))
    known = [aim for aim in aims if aim is not None]
    aim = y(known[-1]) if known else value
    if known and abs(value - aim) < 16:
        middle = (value + aim) / 2
        return (middle - 8, middle + 8) if value <= aim else (middle + 8, middle - 8)
    return value, aim


def _target_line(aims: Sequence[float | None], x, y, end: float) -> list[SafeString]:  # type: ignore[no-untyped-def]
    """A dashed line that steps where the target changed."""
    steps: list[str] = []
    for index, aim in enumerate(aims):
        if aim is None:
            continue
        before = x(index) - 14 if index == 0 else (x(index - 1) + x(index)) / 2
        after = end if index == len(aims) - 1 else (x(index) + x(index + 1)) / 2
        command = "M" if not steps or aims[index - 1] is None else "L"
        steps.append(f"{command}{_n(before)} {_n(y(aim))}L{_n(after)} {_n(y(aim))}")
    if not steps:
        return []
    return [
        format_html(
            '<path d="{}" fill="none" stroke="{}" stroke-width="1.5" stroke-dasharray="6 4"/>',
            "".join(steps),
            TARGET,
        )
    ]


def bars(
    points: Sequence[Point],
    *,
    prefix: str,
    title: str,
    unit: str = "%",
    target: Number | None = None,
    width: int = 860,
) -> SafeString:
    """One bar for each team, locality or clause, its value written at its end; the target is a dashed line."""
    known = [float(point.value) for point in points if point.value is not None]
    description = _said_of_each(points, unit, target)
    row, top = 30, 26 if target is not None else 8
    height = top + row * len(points) + 6
    left = min(300, 20 + 7.5 * max((len(point.label) for point in points), default=0))
    most = 100.0 if unit == "%" else max([*known, float(target or 0), 1])
    span = width - left - 70
    aim = left + float(target) / most * span if target is not None else 0.0

    parts: list[SafeString] = []
    for index, point in enumerate(points):
        y = top + row * index
        label = point.label if len(point.label) <= 40 else point.label[:39] + "…"
        parts.append(_text(left - 10, y + 19, label, anchor="end"))
        if point.value is None:
            parts.append(_text(left + 4, y + 19, "No data", fill=MUTED))
            continue
        long = max(1.0, float(point.value) / most * span)
        parts.append(
            format_html(
                '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
                _n(left),
                y + 5,
                _n(long),
                row - 10,
                MAIN,
            )
        )
        words = spoken(_value(point), unit)
        at = left + long + 7
        if aim and at - 4 < aim < at + 8 * len(words):  # the number would stand on the target's line
            at = aim + 7
        parts.append(_text(at, y + 19, words, weight=600))
    parts.append(_line(left, top, left, height - 6, MUTED))
    if target is not None:
        parts.append(
            format_html(
                '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1.5" stroke-dasharray="6 4"/>',
                _n(aim),
                top - 6,
                _n(aim),
                height - 6,
                TARGET,
            )
        )
        parts.append(_text(aim, 14, f"Target {spoken(target, unit)}", anchor="middle", fill=TARGET))
    return _svg(prefix, title, description, width, height, _joined(parts))


def columns(
    points: Sequence[Point],
    *,
    prefix: str,
    title: str,
    unit: str = "",
    width: int = 860,
    height: int = 240,
) -> SafeString:
    """One column for each week or month, its count above it: what falls due when."""
    known = [float(point.value) for point in points if point.value is not None]
    top, bottom, left = 24, 28, 6
    most = max([*known, 1])
    step = (width - left * 2) / max(1, len(points))
    parts: list[SafeString] = []
    for index, point in enumerate(points):
        middle = left + step * (index + 0.5)
        parts.append(_text(middle, height - 8, point.label, anchor="middle", fill=MUTED))
        if point.value is None:
            continue
        tall = float(point.value) / most * (height - top - bottom)
        parts.append(
            format_html(
                '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
                _n(middle - step * 0.36),
                _n(height - bottom - tall),
                _n(step * 0.72),
                _n(tall),
                MAIN,
            )
        )
        parts.append(
            _text(
                middle, height - bottom - tall - 7, spoken(_value(point), unit), anchor="middle", weight=600
            )
        )
    parts.append(_line(left, height - bottom, width - left, height - bottom, MUTED))
    return _svg(prefix, title, _said_of_each(points, unit, None), width, height, _joined(parts))


@dataclass(frozen=True, slots=True)
class Pair:
    """A score before and now, of the highest it can be."""

    label: str
    before: int
    after: int
    highest: int


def pairs(rows: Sequence[Pair], *, prefix: str, title: str, before: str, after: str) -> SafeString:
    """One line for each scale: a ring where it stood before, a disc where it stands now, both written beside it."""
    row, top, left, right = 34, 40, 210, 90
    width, height = 720, top + row * len(rows) + 4
    unit = (width - left - right) / max([one.highest for one in rows], default=1)

    def ring(x: float, y: float) -> SafeString:
        return format_html(
            '<circle cx="{}" cy="{}" r="9" fill="none" stroke="{}" stroke-width="2.5"/>', _n(x), _n(y), TARGET
        )

    def disc(x: float, y: float) -> SafeString:
        return format_html('<circle cx="{}" cy="{}" r="5.5" fill="{}"/>', _n(x), _n(y), MAIN)

    parts = [ring(left, 14), _text(left + 16, 18, f"Before: {before}")]
    parts += [disc(left + 240, 14), _text(left + 254, 18, f"Now: {after}")]
    for index, one in enumerate(rows):
        y = top + row * (index + 0.5)
        then, now, end = (left + unit * score for score in (one.before, one.after, one.highest))
        parts.append(_text(left - 18, y + 4, one.label, anchor="end"))
        parts.append(_line(left, y, end, y, MUTED))
        parts += [
            _line(left + unit * mark, y - 4, left + unit * mark, y + 4, MUTED)
            for mark in range(one.highest + 1)
        ]
        if one.before != one.after:
            parts.append(_line(then, y, now, y, MAIN, 4))
        parts += [ring(then, y), disc(now, y)]
        words = f"{one.before} → {one.after}" if one.before != one.after else f"{one.after}"
        parts.append(_text(end + 16, y + 4, f"{words} of {one.highest}", weight=600))
    said = "; ".join(f"{one.label} {one.before} before, {one.after} now, of {one.highest}" for one in rows)
    return _svg(prefix, title, f"{said}." if said else "No data", width, height, _joined(parts))


def _said_of_each(points: Sequence[Point], unit: str, target: Number | None) -> str:
    said = "; ".join(
        f"{point.called} {spoken(point.value, unit) if point.value is not None else 'no data'}"
        for point in points
    )
    if target is not None:
        said += f". The target is {spoken(target, unit)}"
    return f"{said}." if said else "No data"

"""A figure's twenty quarters as a picture and in words, and the board's report as a document."""

from __future__ import annotations

from django.utils.safestring import SafeString

from justice.web import charts
from performance.figures import Figure


def _points(figure: Figure) -> list[charts.Point]:
    return [
        charts.Point(
            label=f"Q{point.quarter.number}",
            value=point.percent if figure.is_rate else point.tallied.below,
            name=point.quarter.label,
            group=str(point.quarter.year).replace("-", "/"),
        )
        for point in figure.trend
    ]


def _unit(figure: Figure) -> str:
    return "%" if figure.is_rate else ""


def sparkline(figure: Figure) -> SafeString:
    """The figure's course for a cell of the table."""
    return charts.sparkline(
        _points(figure),
        prefix=f"spark-{figure.measure.slug}",
        title=f"{figure.measure.short}, twenty quarters",
        unit=_unit(figure),
        target=figure.target,
    )


def trend(figure: Figure, height: int = 300) -> SafeString:
    """The figure's course with its axes and its target, which steps where it changed."""
    return charts.trend(
        _points(figure),
        prefix=f"trend-{figure.measure.slug}",
        title=f"{figure.measure.short}, twenty quarters to {figure.quarter.title}",
        unit=_unit(figure),
        targets=[point.target for point in figure.trend] if figure.is_rate else None,
        height=height,
    )


def trend_words(figure: Figure) -> str:
    """What the chart shows, for who does not see it."""
    return charts.describe(_points(figure), _unit(figure), figure.target)

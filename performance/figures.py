"""The figures of a quarter: counted in one query for all KPIs, and opened to the very rows that were counted.

`Scope` says whose records and who looks; `count` counts; `figures` adds target, rating and direction; `rows` is the
list behind a figure. Page, PDF, spreadsheet, command, API and publication all start from the same list of figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Case as CaseWhen
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When

from cases.models import Council, Locality, Team, Timescale, User
from performance import kpis
from performance.domain import rag as rating
from performance.domain import targets
from performance.domain.forecast import Forecast, forecast
from performance.domain.period import Quarter
from performance.kpis import KPIS, Kpi, Numerator
from performance.models import RatingRule, Target
from performance.rows import Lines, Row, Standing
from performance.tallies import TALLIES, Tally, with_holder

MEASURES: tuple[Kpi | Tally, ...] = (*KPIS, *TALLIES)
MEASURE_OF: Mapping[str, Kpi | Tally] = {measure.code: measure for measure in MEASURES}
TREND_QUARTERS = 20

# What a breakdown groups timescales by.
BY = {"team": "team", "locality": "team__locality", "worker": "worker"}
UNALLOCATED = "Not allocated"


@dataclass(frozen=True)
class Scope:
    """Whose records are counted and who looks; without a user, the council as the system sees it."""

    council: Council
    user: User | None = None
    team: int | None = None
    locality: int | None = None
    worker: int | None = None

    @property
    def narrowed(self) -> bool:
        return any((self.team, self.locality, self.worker))

    def timescales(self) -> QuerySet[Timescale]:
        return self.timescales_of_every_council().filter(council=self.council)

    def timescales_of_every_council(self) -> QuerySet[Timescale]:
        """For who says the council in a condition of their own."""
        rows = Timescale.objects.all() if self.user is None else Timescale.objects.visible_to(self.user)
        if self.team:
            rows = rows.filter(team=self.team)
        if self.locality:
            rows = rows.filter(team__locality=self.locality)
        if self.worker:
            rows = rows.filter(worker=self.worker)
        return rows

    def tallied(self, tally: Tally, first: date, last: date, *, held: bool) -> QuerySet:
        """What a tally counts, with its holder only where somebody asks who held it: that costs a look-up a row."""
        rows = tally.rows(self.user, self.council, first, last)
        if not held and not self.narrowed:
            return rows
        rows = with_holder(tally, rows)
        if self.team:
            rows = rows.filter(team_id=self.team)
        if self.locality:
            rows = rows.filter(locality_id=self.locality)
        if self.worker:
            rows = rows.filter(worker_id=self.worker)
        return rows


@dataclass(frozen=True)
class Tallied:
    """Two numbers and what is pending; a count without a rate has only what is below."""

    above: int = 0
    below: int = 0
    pending: int = 0

    def __add__(self, other: Tallied) -> Tallied:
        return Tallied(self.above + other.above, self.below + other.below, self.pending + other.pending)


NOTHING = Tallied()
Key = tuple[str, int | None, int]  # measure, group, quarter


def count(
    scope: Scope,
    quarters: Sequence[int],
    as_of: date,
    by: str | None = None,
    measures: Iterable[Kpi | Tally] = MEASURES,
) -> dict[Key, Tallied]:
    """Every measure for every quarter and group: one query for all KPIs together, one for each tally."""
    wanted = tuple(measures)
    found: dict[Key, Tallied] = defaultdict(Tallied)
    _count_kpis([one for one in wanted if isinstance(one, Kpi)], scope, quarters, as_of, by, found)
    for one in wanted:
        if isinstance(one, Tally):
            _count_tally(one, scope, quarters, as_of, by, found)
    return dict(found)


def _count_kpis(
    wanted: Sequence[Kpi],
    scope: Scope,
    quarters: Sequence[int],
    as_of: date,
    by: str | None,
    found: dict[Key, Tallied],
) -> None:
    if not wanted:
        return
    dated = Q()
    # The council stands in each arm and not before them: so each is a look-up in the index of its own day. Before them
    # it makes SQLite read everything of the council, six times as long.
    for day, clauses in kpis.clauses_by_date(wanted).items():
        dated |= Q(council=scope.council, clause__in=clauses) & kpis.dated(day, quarters, as_of)
    group = {"group": F(BY[by])} if by else {}
    # What is left out of every number is not read; of the rest, `below`, `above` and `pending` are these counts.
    counted = (
        scope.timescales_of_every_council()
        .filter(dated, kpis.counted(as_of))
        .annotate(quarter=kpis.quarter_of_each(wanted), **group)
        .order_by()
        .values("clause", "occurrence", "quarter", *group)
        .annotate(
            every=Count("pk"),
            decided=Count("pk", filter=kpis.decided(as_of)),
            done=Count("pk", filter=kpis.succeeded(Numerator.MET, as_of)),
            in_time=Count("pk", filter=kpis.succeeded(Numerator.ON_TIME, as_of)),
        )
    )
    for row in counted:
        for kpi in wanted:
            if row["clause"] == kpi.clause and kpi.occurrence in (None, row["occurrence"]):
                above = row["in_time"] if kpi.numerator == Numerator.ON_TIME else row["done"]
                found[kpi.code, row.get("group"), row["quarter"]] += Tallied(
                    above, row["decided"], row["every"] - row["decided"]
                )


def _count_tally(
    tally: Tally,
    scope: Scope,
    quarters: Sequence[int],
    as_of: date,
    by: str | None,
    found: dict[Key, Tallied],
) -> None:
    first, last = Quarter.from_key(min(quarters)).first, Quarter.from_key(max(quarters)).last
    rows = scope.tallied(tally, first, min(last, as_of), held=by is not None)
    group = {"group": F(f"{by}_id")} if by else {}
    # Grouped by the day, which is a column: taking quarters of days in the database costs more than it saves.
    counted = (
        rows.filter(tally.below)
        .annotate(dated_on=F(tally.day), **group)
        .order_by()
        .values("dated_on", *group)
        .annotate(every=Count("pk"), above_line=Count("pk", filter=tally.above or Q()))
    )
    for row in counted:
        quarter = Quarter.of(row["dated_on"]).key
        if quarter in quarters:
            found[tally.code, row.get("group"), quarter] += Tallied(row["above_line"], row["every"])


# ---------------------------------------------------------------- the list behind a figure


def members(measure: Kpi | Tally, scope: Scope, quarter: Quarter, as_of: date) -> QuerySet:
    """Every row dated in the quarter, each with its `standing`; the figure counts those above and below the line."""
    if isinstance(measure, Kpi):
        rows = scope.timescales().filter(measure.in_quarters([quarter.key], as_of))
        return rows.annotate(
            standing=_standing(kpis.above(measure.numerator, as_of), kpis.below(as_of), kpis.pending(as_of))
        )
    rows = scope.tallied(measure, quarter.first, min(quarter.last, as_of), held=True)
    above = measure.below & (measure.above or Q())
    return rows.annotate(
        standing=_standing(above, measure.below, Q(pk=None)),
        day=F(measure.day),
        case_key=F(measure.path("case")),
        order_key=F(measure.path("pk")),
        order_reference=F(measure.path("reference")),
        happened=F(measure.outcome) if measure.outcome else Value(""),
    )


def _standing(above: Q, below: Q, pending: Q) -> CaseWhen:
    return CaseWhen(
        When(above, then=Value(Standing.ABOVE.value)),
        When(below, then=Value(Standing.BELOW.value)),
        When(pending, then=Value(Standing.PENDING.value)),
        default=Value(Standing.LEFT_OUT.value),
        output_field=CharField(),
    )


def rows(
    measure: Kpi | Tally,
    scope: Scope,
    quarter: Quarter,
    as_of: date,
    standings: Iterable[Standing] = (Standing.ABOVE, Standing.BELOW),
) -> list[Row]:
    """The list behind a figure: each case in the denominator with its reason; pending and left out when asked for."""
    wanted = tuple(one.value for one in standings)
    found = members(measure, scope, quarter, as_of).filter(standing__in=wanted)
    order = ("due_on", "reference", "pk") if isinstance(measure, Kpi) else ("day", "order_reference", "pk")
    lines = Lines(measure, scope.council, as_of)
    return [lines.of(one) for one in found.order_by(*order)]


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Group:
    """One line of a breakdown: a team, a locality or a worker."""

    key: int | None
    name: str


@dataclass(frozen=True)
class Point:
    """One quarter of a trend."""

    quarter: Quarter
    tallied: Tallied
    percent: Decimal | None
    target: Decimal | None


@dataclass(frozen=True)
class Figure:
    """A measure's two numbers for a council or a group of it and a quarter, with everything shown beside them."""

    measure: Kpi | Tally
    quarter: Quarter
    as_of: date
    tallied: Tallied
    before: Tallied
    target: Decimal | None
    target_source: str
    rule: rating.Rule
    group: Group | None = None
    trend: tuple[Point, ...] = field(default=(), compare=False)

    @property
    def code(self) -> str:
        return self.measure.code

    @property
    def label(self) -> str:
        return self.measure.label

    @property
    def is_rate(self) -> bool:
        return not (isinstance(self.measure, Tally) and self.measure.above is None)

    @property
    def numerator(self) -> int:
        return self.tallied.above if self.is_rate else self.tallied.below

    @property
    def denominator(self) -> int | None:
        """None for a count, which is not a share of anything."""
        return self.tallied.below if self.is_rate else None

    @property
    def pending(self) -> int:
        return self.tallied.pending

    @property
    def share(self) -> Fraction | None:
        """The exact share that rating and direction compare; None where there is nothing to divide by."""
        return share(self.measure, self.tallied)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.measure, self.tallied)

    @property
    def rag(self) -> str:
        return rating.rate(self.share, self.target, self.rule)

    @property
    def direction(self) -> str:
        """Against the same quarter one year before: up, down, level or none."""
        if not self.is_rate:
            now, then = Fraction(self.tallied.below), Fraction(self.before.below)
            return rating.direction(now, then if self.before.below else None)
        return rating.direction(self.share, share(self.measure, self.before))

    @property
    def direction_words(self) -> str:
        words = {"up": "Up", "down": "Down", "level": "Level", "none": "No comparison"}[self.direction]
        better = rating.improving(self.share, share(self.measure, self.before), self.measure.polarity)
        if not self.is_rate or self.direction == rating.NONE:
            return words
        if better is None:
            return f"{words}: maintaining"
        return f"{words}: improving" if better else f"{words}: worsening"

    @property
    def before_percent(self) -> Decimal | None:
        return percent(self.measure, self.before)

    @property
    def rule_words(self) -> str:
        """The rule as it is printed beside the figure."""
        return self.rule.words

    @property
    def open(self) -> bool:
        """Whether the quarter still runs on the as-of day, or something in it is pending."""
        return self.as_of <= self.quarter.last or self.pending > 0

    @property
    def forecast(self) -> Forecast | None:
        """What is still to come of an open quarter; None when nothing is."""
        if not self.is_rate or not self.pending:
            return None
        return forecast(self.tallied.above, self.tallied.below, self.pending, self.target, self.rule)

    def as_dict(self) -> dict[str, object]:
        """The figure as programs read it: the keys of the caseload bundle's contract."""
        return {
            "kpi": self.code,
            "label": self.label,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "percent": number(self.percent),
            "target": number(self.target),
            "rag": self.rag,
            "direction": self.direction,
        }

    def frozen(self) -> dict[str, object]:
        """The figure with all that is printed beside it, as a publication keeps it."""
        measure = self.measure
        return {
            **self.as_dict(),
            "short": measure.short,
            "direction_words": self.direction_words,
            "pending": self.pending,
            "before_numerator": self.before.above if self.is_rate else self.before.below,
            "before_denominator": self.before.below if self.is_rate else None,
            "before_percent": number(self.before_percent),
            "target_source": self.target_source,
            "rule": self.rule_words,
            "definition": measure.definition,
            "denominator_of": measure.denominator,
            "exclusions": measure.exclusions,
            "source": measure.source,
            "version": measure.version,
            "trend": [
                [str(point.quarter), point.tallied.above, point.tallied.below, number(point.percent)]
                for point in self.trend
            ],
        }


def number(value: Decimal | None) -> int | float | None:
    """A decimal as JSON has numbers: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def share(measure: Kpi | Tally, tallied: Tallied) -> Fraction | None:
    """The exact share; None for a count, and where there is nothing to divide by."""
    if isinstance(measure, Tally) and measure.above is None:
        return None
    return rating.share(tallied.above, tallied.below)


def percent(measure: Kpi | Tally, tallied: Tallied) -> Decimal | None:
    """Per cent to one decimal, rounded half up, for showing only."""
    return None if share(measure, tallied) is None else rating.percent(tallied.above, tallied.below)


class Judgement:
    """What the council's figures are judged by: of the targets and rules, those in force when a quarter began.

    The council's own dated rows come first; without one, what the program ships with.
    """

    def __init__(self, council: Council) -> None:
        self._targets = [
            targets.Target(row.kpi, row.from_on, row.percent, row.source or "Set by the council")
            for row in Target.objects.filter(council=council)
        ]
        self._rules = list(RatingRule.objects.filter(council=council).order_by("from_on"))

    def target(self, measure: Kpi | Tally, quarter: Quarter) -> tuple[Decimal | None, str]:
        """The target in per cent, None where there is none, and where it comes from."""
        found = targets.target_on(measure.code, quarter.first, self._targets)
        return (found.percent, found.source) if found else (None, "")

    def rule(self, measure: Kpi | Tally, quarter: Quarter) -> rating.Rule:
        """The rule of this measure, else the council's for every measure, else the shipped one."""
        for code in (measure.code, ""):
            own = [row for row in self._rules if row.kpi == code and row.from_on <= quarter.first]
            if own:
                return rating.Rule(
                    own[-1].basis, own[-1].green_tolerance, own[-1].amber_tolerance, measure.polarity
                )
        return rating.Rule(polarity=measure.polarity)


def figures(
    scope: Scope,
    quarter: Quarter,
    as_of: date,
    *,
    by: str | None = None,
    measures: Sequence[Kpi | Tally] = MEASURES,
    trend: bool = False,
) -> list[Figure]:
    """The figures of a quarter in the order they are declared; with `by`, of each group, groups by name."""
    quarters = (
        tuple(one.key for one in quarter.quarters_back(TREND_QUARTERS))
        if trend
        else (quarter.year_before.key, quarter.key)
    )
    counted = count(scope, quarters, as_of, by, measures)
    judged = Judgement(scope.council)
    groups: Sequence[Group | None] = _groups(by, counted, quarter.key) if by else [None]
    return [
        figure_of(counted, measure, quarter, as_of, judged, group, trend_of=quarters if trend else ())
        for measure in measures
        for group in groups
    ]


def figure_of(
    counted: Mapping[Key, Tallied],
    measure: Kpi | Tally,
    quarter: Quarter,
    as_of: date,
    judged: Judgement,
    group: Group | None = None,
    *,
    trend_of: Sequence[int] = (),
) -> Figure:
    """A figure from what was counted, the same quarter a year before among it."""
    key = group.key if group else None
    target, source = judged.target(measure, quarter)
    return Figure(
        measure=measure,
        quarter=quarter,
        as_of=as_of,
        tallied=counted.get((measure.code, key, quarter.key), NOTHING),
        before=counted.get((measure.code, key, quarter.year_before.key), NOTHING),
        target=target,
        target_source=source,
        rule=judged.rule(measure, quarter),
        group=group,
        trend=_trend(measure, key, counted, trend_of, judged) if trend_of else (),
    )


def of_all_groups(counted: Mapping[Key, Tallied]) -> dict[Key, Tallied]:
    """What was counted by group, added up: each row is in one group, so the sums are the council's own numbers."""
    found: dict[Key, Tallied] = defaultdict(Tallied)
    for (code, _, quarter), tallied in counted.items():
        found[code, None, quarter] += tallied
    return dict(found)


def _trend(
    measure: Kpi | Tally,
    group: int | None,
    counted: Mapping[Key, Tallied],
    quarters: Iterable[int],
    judged: Judgement,
) -> tuple[Point, ...]:
    points = []
    for key in quarters:
        quarter = Quarter.from_key(key)
        tallied = counted.get((measure.code, group, key), NOTHING)
        target, _ = judged.target(measure, quarter)
        points.append(Point(quarter, tallied, percent(measure, tallied), target))
    return tuple(points)


def _groups(by: str, counted: Mapping[Key, Tallied], quarter: int) -> list[Group]:
    """The groups that have anything in the quarter, by name; what nobody holds comes last."""
    return named_groups(by, {group for _, group, one in counted if one == quarter})


def named_groups(by: str, keys: Collection[int | None]) -> list[Group]:
    """Groups with their names, in their order; what nobody holds comes last."""
    models: dict[str, Any] = {"team": Team, "locality": Locality, "worker": User}
    named = dict(models[by].objects.filter(pk__in=set(keys) - {None}).values_list("pk", "name"))
    groups = [Group(key, name) for key, name in sorted(named.items(), key=lambda pair: (pair[1], pair[0]))]
    return groups + ([Group(None, UNALLOCATED)] if None in keys else [])

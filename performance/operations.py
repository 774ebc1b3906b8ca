"""Changes to targets, the rating rule and what is written about a quarter; and the publishing of its figures."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from cases import timescales
from cases.calendars import standards_of
from cases.models import Case, Council, Job, User
from cases.operation import Stale, advance, operation
from justice.domain.errors import Problem, Refused
from performance.domain.period import Quarter
from performance.figures import MEASURE_OF, MEASURES, Scope, figures, rows
from performance.models import Commentary, RatingRule, Return, ReturnRow, Target

ROWS_AT_A_TIME = 1000


def set_target(
    *,
    actor: User,
    kpi: str,
    from_on: date,
    percent: Decimal | None,
    source: str = "",
    key: uuid.UUID | None = None,
) -> Target:
    """The council's own target for a measure from a day on; no value means that from then on there is none."""
    body = {"kpi": kpi, "from_on": from_on, "percent": percent, "source": source}
    with operation("set_target", actor=actor, key=key, body=body, reason=source) as entry:
        _known(kpi)
        if percent is not None and not 0 <= percent <= 100:
            raise Refused(Problem("The target must be between 0 and 100 per cent", "percent"))
        row = Target.objects.filter(council=actor.council, kpi=kpi, from_on=from_on).first() or Target(
            council=actor.council, kpi=kpi, from_on=from_on, recorded_by=actor
        )
        row.percent, row.source = percent, source
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"target:{row.pk}"
    return row


def set_rating_rule(
    *,
    actor: User,
    kpi: str,
    from_on: date,
    basis: str,
    green_tolerance: Decimal,
    amber_tolerance: Decimal,
    key: uuid.UUID | None = None,
) -> RatingRule:
    """How far short of the target is amber and how far is red, from a day on; a blank `kpi` rules every one."""
    body = {
        "kpi": kpi,
        "from_on": from_on,
        "basis": basis,
        "green_tolerance": green_tolerance,
        "amber_tolerance": amber_tolerance,
    }
    with operation("set_rating_rule", actor=actor, key=key, body=body) as entry:
        problems = []
        if kpi:
            _known(kpi)
        if basis not in dict(RatingRule._meta.get_field("basis").flatchoices):
            problems.append(Problem("Choose per cent of the target or percentage points", "basis"))
        if green_tolerance < 0:
            problems.append(Problem("Where amber begins must be 0 or more", "green_tolerance"))
        if amber_tolerance <= green_tolerance:
            problems.append(
                Problem(
                    "Where red begins must be further from the target than where amber begins",
                    "amber_tolerance",
                )
            )
        if problems:
            raise Refused(*problems)
        row = RatingRule.objects.filter(
            council=actor.council, kpi=kpi, from_on=from_on
        ).first() or RatingRule(council=actor.council, kpi=kpi, from_on=from_on, recorded_by=actor)
        row.basis, row.green_tolerance, row.amber_tolerance = basis, green_tolerance, amber_tolerance
        row.version += 0 if row.pk is None else 1
        row.save()
        entry.subject = f"rating_rule:{row.pk}"
    return row


def _council_of(actor: User) -> Council:
    if actor.council is None:
        raise ValueError("who has no council has no figures")
    return actor.council


def _known(kpi: str) -> None:
    if kpi not in MEASURE_OF:
        raise Refused(Problem("Choose a measure", "kpi"))


def write_commentary(
    *,
    actor: User,
    quarter: Quarter,
    achievements: str,
    improvements: str,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> Commentary:
    """What managers say of a quarter, one point to a line. `expected_version` 0 or None: nothing was written yet."""
    council = _council_of(actor)
    body = {"quarter": str(quarter), "achievements": achievements, "improvements": improvements}
    with operation("write_commentary", actor=actor, key=key, body=body) as entry:
        row = Commentary.objects.filter(council=council, period=str(quarter)).first()
        if row is None:
            row = Commentary(council=council, period=str(quarter), recorded_by=actor)
        else:
            advance(row, expected_version or 0)
        row.achievements, row.improvements = achievements, improvements
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Stale(Commentary.objects.get(council=council, period=str(quarter))) from None
        entry.subject = f"commentary:{row.pk}"
    return row


def publish_return(
    *,
    actor: User,
    quarter: Quarter,
    as_of: date,
    code_version: str,
    key: uuid.UUID | None = None,
) -> Return:
    """Freeze a quarter: its figures, the list behind each, the standards, the as-of day and the program's version.

    Refused while the quarter runs, and while any stored timescale differs from what the facts give.
    """
    council = _council_of(actor)
    body = {"quarter": str(quarter), "as_of": as_of}
    with operation("publish_return", actor=actor, key=key, body=body) as entry:
        if as_of <= quarter.last:
            raise Refused(
                Problem(
                    f"The quarter runs until {quarter.last:%-d %B %Y}. Publish it after that day", code="runs"
                )
            )
        if wrong := _differences(council, as_of):
            raise Refused(
                Problem(
                    f"{wrong} stored timescales differ from the records. "
                    "Run refresh_timescales, then publish again",
                    code="not-clean",
                )
            )
        written = Commentary.objects.filter(council=council, period=str(quarter)).first()
        scope = Scope(council)
        published = Return.objects.create(
            council=council,
            period=str(quarter),
            published_by=actor,
            as_of=as_of,
            edition=_editions(council, quarter),
            code_version=code_version,
            figures=[one.frozen() for one in figures(scope, quarter, as_of, trend=True)],
            achievements=written.achievements if written else "",
            improvements=written.improvements if written else "",
        )
        for measure in MEASURES:
            ReturnRow.objects.bulk_create(
                (
                    ReturnRow(
                        published=published,
                        kpi=row.kpi,
                        case_id=row.case,
                        team_id=row.team,
                        subject=row.subject,
                        occurrence=row.occurrence,
                        reference=row.reference,
                        due_on=row.due_on,
                        done_on=row.done_on,
                        counted=row.counted,
                        reason=row.reason,
                    )
                    for row in rows(measure, scope, quarter, as_of)
                ),
                batch_size=ROWS_AT_A_TIME,
            )
        entry.subject = f"return:{published.pk}"
    return published


def _differences(council: Council, on: date) -> int:
    """How many stored timescales of the council are not what the facts give: as last night's check found, if it ran.

    Where it did not, every case is derived now, which takes a city about half a minute.
    """
    checked = Job.objects.filter(kind="check_timescales", council=council, state=Job.State.DONE)
    nightly = checked.filter(arguments__on=on.isoformat()).first()
    if nightly is not None:
        return len(nightly.result["differences"])
    cases = list(Case.objects.filter(council=council).order_by("pk").values_list("pk", flat=True))
    return sum(
        len(timescales.check(cases[start : start + timescales.BATCH]))
        for start in range(0, len(cases), timescales.BATCH)
    )


def _editions(council: Council, quarter: Quarter) -> str:
    """The editions of the standards in force during the quarter, and the council's own clauses with their first day."""
    standards = standards_of(council)
    keys = dict.fromkeys(standards.edition_on(day).key for day in (quarter.first, quarter.last))
    own = (
        f"{one.clause_key} as locally set from {one.in_force_from:%-d %B %Y}"
        for one in standards.overlays
        if one.in_force_from <= quarter.last
    )
    return "; ".join((*keys, *own))[:1000]

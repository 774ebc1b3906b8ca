"""The key performance indicators, declared: which timescales count, in which quarter, and which of those succeeded.

A KPI is a row here and nothing else. The conditions below are values: the same ones stand inside the query that
counts a figure and in front of the list that opens behind it, so that the two cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case as CaseWhen
from django.db.models import F, IntegerField, Q, When

from cases.models import COUNTED, ON_TIME, lapsed, met, unmet


class DatedBy(StrEnum):
    """The day of a timescale that puts it in a quarter."""

    STARTS_ON = "starts_on"
    DUE_ON = "due_on"
    MET_ON = "met_on"

    @property
    def quarter(self) -> str:
        """The column that holds the quarter of that day."""
        return f"{self.value.removesuffix('_on')}_quarter"


class Numerator(StrEnum):
    """What counts as success: done by the day and hour it was due, or done at all."""

    ON_TIME = "on_time"
    MET = "met"


@dataclass(frozen=True)
class Measure:
    """What every figure says about itself, whether it counts timescales (Kpi) or something else (Tally)."""

    code: str
    label: str
    short: str
    polarity: str  # "higher": more is better; "none": neither is
    definition: str
    denominator: str
    exclusions: str
    source: str
    version: str
    of: str  # what the denominator counts, in the plural: "unpaid work requirements"
    done: str  # what stands above the line, said of those: "started within 7 working days"

    @property
    def slug(self) -> str:
        """The measure in an address: k1, first-contact."""
        return self.code.lower().replace("_", "-")


@dataclass(frozen=True)
class Kpi(Measure):
    """A share of timescales: those of one clause, dated in the quarter by one of their days."""

    clause: str
    dated_by: DatedBy
    occurrence: int | None = None  # None: every occurrence
    numerator: Numerator = Numerator.ON_TIME

    def belongs(self) -> Q:
        """Timescales of this KPI, of whatever quarter."""
        chosen = Q(clause=self.clause)
        return chosen if self.occurrence is None else chosen & Q(occurrence=self.occurrence)

    def in_quarters(self, quarters: Sequence[int], as_of: date) -> Q:
        """Those dated in these quarters by a day that is known on the as-of day."""
        return self.belongs() & dated(self.dated_by, quarters, as_of)


def dated(by: DatedBy, quarters: Sequence[int], as_of: date) -> Q:
    """Begun by the as-of day, and dated in these quarters; a day of completion after the as-of day is not known yet."""
    known = Q(starts_on__lte=as_of)
    if by == DatedBy.MET_ON:
        known &= met(as_of)
    return known & Q(**{f"{by.quarter}__in": tuple(quarters)})


def counted(as_of: date) -> Q:
    """Neither excused, nor excluded by the standard, nor lapsed: decided by now, or pending."""
    return COUNTED & ~lapsed(as_of)


def decided(as_of: date) -> Q:
    """Done, or already due: due before the as-of day."""
    return met(as_of) | Q(due_on__lt=as_of)


def succeeded(numerator: Numerator, as_of: date) -> Q:
    """Done, and where the measure asks for it done in time."""
    return met(as_of) & ON_TIME if numerator == Numerator.ON_TIME else met(as_of)


def below(as_of: date) -> Q:
    """Below the line."""
    return counted(as_of) & decided(as_of)


def above(numerator: Numerator, as_of: date) -> Q:
    """Above the line, of those below it: what is done is decided."""
    return counted(as_of) & succeeded(numerator, as_of)


def pending(as_of: date) -> Q:
    """In neither number yet: not done, and due on the as-of day or later. The rest is left out for good."""
    return counted(as_of) & unmet(as_of) & Q(due_on__gte=as_of)


_WORKING_DAYS = "Working days are those of the council's calendar; the day of sentence is day 0."
_ENDED = "What had not been done when the order ended before its due date."
_PENDING = "Not yet done and due on the as-of day or later is pending, and in neither number."
_EXCUSED = "What was left out with a national reason (could not comply, died, not known)."
_TRANSFERRED = "Orders transferred in from another area."


def _exclusions(*sentences: str) -> str:
    return " ".join((*sentences, _PENDING))


KPIS: tuple[Kpi, ...] = (
    Kpi(
        code="K1",
        label="Unpaid Work placements commenced within 7 days of sentence",
        short="Unpaid work started in 7 days",
        clause="cpo.placement",
        dated_by=DatedBy.STARTS_ON,
        polarity="higher",
        of="unpaid work requirements imposed in the quarter",
        done="started within 7 working days",
        definition="First attendance at unpaid work, other activity not counted, on or before the 7th working day "
        f"after the requirement was imposed. {_WORKING_DAYS}",
        denominator="Each unpaid work requirement imposed with the order, in the quarter of the day of sentence.",
        exclusions=_exclusions(
            "Requirements added after the order was imposed.", _TRANSFERRED, _EXCUSED, _ENDED
        ),
        source="National statistics on justice social work, table on unpaid work placements; Glasgow KPI set",
        version="1",
    ),
    Kpi(
        code="K2",
        label="Community Payback Orders with a Case Management Plan within 20 days",
        short="Plan in 20 days",
        clause="cpo.plan",
        dated_by=DatedBy.DUE_ON,
        polarity="higher",
        of="supervised orders whose plan was due in the quarter",
        done="had a plan approved within 20 working days",
        definition="First case management plan approved on or before the 20th working day after supervision was "
        f"imposed. {_WORKING_DAYS}",
        denominator="Each order with a supervision requirement, in the quarter in which its plan was due.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="Community Payback Order practice guidance; Glasgow KPI set",
        version="1",
    ),
    Kpi(
        code="K3",
        label="Community Payback Orders 3 month reviews held within timescales",
        short="3 month review on time",
        clause="cpo.review",
        dated_by=DatedBy.DUE_ON,
        occurrence=1,
        polarity="higher",
        of="first reviews due in the quarter",
        done="held on or before the day",
        definition="First review held on or before the day 3 calendar months after supervision was imposed: the last "
        "day of the month where that day does not exist. A weekend does not move it.",
        denominator="Each order with a supervision requirement, in the quarter in which its first review was due.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="Community Payback Order practice guidance, chapter 15; Glasgow KPI set",
        version="1",
    ),
    Kpi(
        code="K4",
        label="Unpaid Work requirements completed to timescales",
        short="Unpaid work completed on time",
        clause="cpo.unpaid_work",
        dated_by=DatedBy.MET_ON,
        polarity="higher",
        of="unpaid work requirements completed in the quarter",
        done="completed on or before their last day",
        definition="Completed on or before the last day: 3 months (level 1) or 6 months (level 2) beginning with the "
        "day of imposition, or the later day the court gave.",
        denominator="Each unpaid work requirement completed, in the quarter of the day of completion.",
        exclusions="Requirements revoked or ended without being completed. " + _EXCUSED,
        source="Criminal Procedure (Scotland) Act 1995, s.227L; national statistics, table on completion",
        version="1",
    ),
    Kpi(
        code="K5",
        label="Percentage of Criminal Justice Social Work Reports submitted to Court",
        short="Court reports submitted",
        clause="report.submitted",
        dated_by=DatedBy.DUE_ON,
        numerator=Numerator.MET,
        polarity="higher",
        of="reports for hearings in the quarter",
        done="submitted",
        definition="Report submitted to the court, on whatever day. Whether it was on time is a measure of its own.",
        denominator="Each report asked for and not withdrawn, in the quarter of the hearing.",
        exclusions=_exclusions("Requests withdrawn.", _EXCUSED),
        source="Glasgow KPI set; national statistics on reports requested and submitted",
        version="1",
    ),
    Kpi(
        code="K6",
        label="Throughcare Order/Licences: Post release interviews held within one day of release",
        short="Seen within a day of release",
        clause="release.interview",
        dated_by=DatedBy.STARTS_ON,
        polarity="higher",
        of="releases in the quarter",
        done="seen by the next working day",
        definition="Post-release interview held on or before the 1st working day after release. "
        "Working days are those of the council's calendar.",
        denominator="Each statutory release, in the quarter of the day of release. A person who did not attend counts.",
        exclusions=_exclusions(_EXCUSED),
        source="Glasgow KPI set",
        version="1",
    ),
    Kpi(
        code="first_contact",
        label="First direct contact within 1 working day of imposition",
        short="First contact in 1 day",
        clause="cpo.first_contact",
        dated_by=DatedBy.STARTS_ON,
        polarity="higher",
        of="orders imposed in the quarter",
        done="had a first contact within 1 working day",
        definition="First direct contact on or before the 1st working day after the order was imposed. "
        f"{_WORKING_DAYS}",
        denominator="Each order imposed, in the quarter of the day of sentence.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="National outcomes and standards; national statistics, table on first contact",
        version="1",
    ),
    Kpi(
        code="induction",
        label="Induction or first case management meeting within 5 working days",
        short="Induction in 5 days",
        clause="cpo.induction",
        dated_by=DatedBy.STARTS_ON,
        polarity="higher",
        of="orders imposed in the quarter",
        done="had an induction within 5 working days",
        definition="Induction or first case management meeting on or before the 5th working day after the order was "
        f"imposed. {_WORKING_DAYS}",
        denominator="Each order imposed, in the quarter of the day of sentence.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="National outcomes and standards; national statistics, table on induction",
        version="1",
    ),
    Kpi(
        code="lscmi",
        label="LS/CMI assessment completed within 20 working days",
        short="LS/CMI in 20 days",
        clause="cpo.lscmi",
        dated_by=DatedBy.DUE_ON,
        polarity="higher",
        of="supervised orders whose assessment was due in the quarter",
        done="assessed within 20 working days",
        definition="Full LS/CMI assessment completed on or before the 20th working day after supervision was imposed. "
        f"{_WORKING_DAYS}",
        denominator="Each order with a supervision requirement, in the quarter in which its assessment was due.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="Community Payback Order practice guidance, section 7",
        version="1",
    ),
    Kpi(
        code="reviews",
        label="All departmental reviews held within timescales",
        short="All reviews on time",
        clause="cpo.review",
        dated_by=DatedBy.DUE_ON,
        polarity="higher",
        of="reviews due in the quarter",
        done="held on or before the day",
        definition="Review held on or before the day it was due: 3 months after supervision was imposed, 6 months "
        "after, then every 6 months.",
        denominator="Each review of each supervised order, in the quarter in which it was due.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="Community Payback Order practice guidance, chapter 15",
        version="1",
    ),
    Kpi(
        code="plan_present",
        label="Supervised orders with a case management plan",
        short="Plan present",
        clause="cpo.plan",
        dated_by=DatedBy.DUE_ON,
        numerator=Numerator.MET,
        polarity="higher",
        of="supervised orders whose plan was due in the quarter",
        done="have a plan",
        definition="A case management plan approved, on whatever day up to the as-of day.",
        denominator="Each order with a supervision requirement, in the quarter in which its plan was due.",
        exclusions=_exclusions(_TRANSFERRED, _EXCUSED, _ENDED),
        source="Care Inspectorate, inspection of justice social work",
        version="1",
    ),
    Kpi(
        code="breach_lodged",
        label="Breach applications lodged within 5 working days of the decision",
        short="Breach lodged in 5 days",
        clause="breach.lodged",
        dated_by=DatedBy.STARTS_ON,
        polarity="higher",
        of="decisions to report a breach in the quarter",
        done="lodged within 5 working days",
        definition="Breach application lodged with the court on or before the 5th working day after the decision. "
        "Working days are those of the council's calendar.",
        denominator="Each decision to report a breach, in the quarter of the decision.",
        exclusions=_exclusions(_EXCUSED, _ENDED),
        source="National statistics, table on breach applications",
        version="1",
    ),
    Kpi(
        code="report_on_time",
        label="Court reports submitted by the court's due time",
        short="Court reports on time",
        clause="report.on_time",
        dated_by=DatedBy.DUE_ON,
        polarity="higher",
        of="reports due in the quarter",
        done="submitted by the court's day and hour",
        definition="Report submitted on or before the day, and by the hour, that the kind of court requires.",
        denominator="Each report asked for and not withdrawn, in the quarter in which it was due at court.",
        exclusions=_exclusions("Requests withdrawn.", _EXCUSED),
        source="Justice social work reports practice guidance; the council's own court times",
        version="1",
    ),
)


def quarter_of_each(kpis: Iterable[Kpi]) -> CaseWhen:
    """The quarter in which each timescale counts, as a column to group by: one day dates all KPIs of a clause."""
    return CaseWhen(
        *(When(clause__in=clauses, then=F(by.quarter)) for by, clauses in clauses_by_date(kpis).items()),
        output_field=IntegerField(),
    )


def clauses_by_date(kpis: Iterable[Kpi]) -> dict[DatedBy, list[str]]:
    """The clauses of these KPIs under the day that dates them."""
    found: dict[DatedBy, list[str]] = {}
    owner: dict[str, DatedBy] = {}
    for kpi in kpis:
        if owner.setdefault(kpi.clause, kpi.dated_by) != kpi.dated_by:
            raise ValueError(f"{kpi.clause} is dated in two ways; give {kpi.code} a clause of its own")
        if kpi.clause not in found.setdefault(kpi.dated_by, []):
            found[kpi.dated_by].append(kpi.clause)
    return found

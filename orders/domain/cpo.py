"""What each legal basis, court and age allows in a Community Payback Order.

Source: Criminal Procedure (Scotland) Act 1995, ss. 227A to 227ZO, as amended to May 2025; bare section
numbers below are of that Act. Guidance is the Community Payback Order practice guidance. `problems` are
unlawful: an order that has one is refused, or recorded as queried with the clerk of court. `warnings` never
stop the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from justice.domain.calendar import months_beginning_with
from justice.domain.errors import Problem
from orders.domain.codes import Code
from orders.domain.dates import words
from orders.domain.limits import value_on

# Offences committed on or after this day may have an order (2010 Act, commencement).
FIRST_DAY = date(2011, 2, 1)
# From this day movement may be restricted in the first sentence; before, only on breach (2019 Act, sch. 1).
RESTRICTED_MOVEMENT_FROM = date(2022, 5, 17)
# Emergency law gave orders imposed between these days a further twelve months for unpaid work.
EMERGENCY_FIRST_DAY, EMERGENCY_LAST_DAY = date(2020, 4, 7), date(2022, 9, 30)

SUPERVISION_MONTHS = (6, 36)  # s. 227G(3)
CONDUCT_MOST_MONTHS = 36  # s. 227W(3)
COMPENSATION_MONTHS, COMPENSATION_MONTHS_BEFORE_END = 18, 2  # s. 227H(4)
RESTRICTED_MOVEMENT_LEAST_DAYS = 14  # s. 227ZF(6)(a)
SHORT_RESTRICTED_MOVEMENT_JP_DAYS, SHORT_RESTRICTED_MOVEMENT_MONTHS = 60, 3  # s. 227ZF(8)
FINE_DEFAULT_SMALL_FINE_HOURS = 50  # s. 227M(4)
STATUTORY_MONTHS = {1: 3, 2: 6}  # s. 227L(2), by level
PROSECUTION_AGE = 12  # s. 41A


class Basis(Code):
    """Why the court could make the order; what it may require depends on it (ss. 227A, 227M)."""

    INSTEAD_OF_PRISON = "instead_of_prison", "Instead of imprisonment"
    INSTEAD_OF_OR_WITH_FINE = "instead_of_or_with_fine", "Instead of, or as well as, a fine"
    FINE_DEFAULT = "fine_default", "Fine default"


class CourtType(Code):
    """The court, in the groups of the national statistics."""

    HIGH = "high", "High Court"
    SHERIFF_SOLEMN = "sheriff_solemn", "Sheriff Court, solemn"
    SHERIFF_SUMMARY = "sheriff_summary", "Sheriff Court, summary"
    STIPENDIARY = "stipendiary", "Stipendiary magistrates' court"
    JP = "jp", "Justice of the Peace Court"
    OUTWITH_SCOTLAND = "outwith_scotland", "Court outwith Scotland"
    NOT_KNOWN = "not_known", "Not known"


class RequirementKind(Code):
    """The ten requirements of s. 227A(2)."""

    UNPAID_WORK = "unpaid_work", "Unpaid work or other activity"
    SUPERVISION = "supervision", "Offender supervision"
    COMPENSATION = "compensation", "Compensation"
    PROGRAMME = "programme", "Programme"
    RESIDENCE = "residence", "Residence"
    MENTAL_HEALTH_TREATMENT = "mental_health_treatment", "Mental health treatment"
    DRUG_TREATMENT = "drug_treatment", "Drug treatment"
    ALCOHOL_TREATMENT = "alcohol_treatment", "Alcohol treatment"
    CONDUCT = "conduct", "Conduct"
    RESTRICTED_MOVEMENT = "restricted_movement", "Restricted movement"


class EndReason(Code):
    """How an order ended, in the groups of the national statistics."""

    COMPLETED = "completed", "Successfully completed"
    EARLY_DISCHARGE = "early_discharge", "Early discharge"
    REVOKED_REVIEW = "revoked_review", "Revoked due to review"
    REVOKED_BREACH = "revoked_breach", "Revoked due to breach"
    TRANSFERRED_OUT = "transferred_out", "Transferred out of the area"
    DIED = "died", "Died"
    OTHER = "other", "Other"


Kind = RequirementKind
ALL_KINDS = tuple(RequirementKind)
TREATMENTS = (Kind.MENTAL_HEALTH_TREATMENT, Kind.DRUG_TREATMENT, Kind.ALCOHOL_TREATMENT)

# s. 227A(2), (4); s. 227M(2), (3). Restricted movement may be added to the first two on breach: s.
# 227ZC(7)(d).
BY_BASIS: dict[Basis, tuple[RequirementKind, ...]] = {
    Basis.INSTEAD_OF_PRISON: ALL_KINDS,
    Basis.INSTEAD_OF_OR_WITH_FINE: (Kind.UNPAID_WORK, Kind.SUPERVISION, Kind.CONDUCT),
    Basis.FINE_DEFAULT: (Kind.UNPAID_WORK, Kind.SUPERVISION),
}
# s. 227A(5). The other courts may impose all ten: a stipendiary magistrate has a summary sheriff's powers,
# and an order of a court outwith Scotland, or of one not known, is not measured against this list.
BY_JP_COURT = (Kind.UNPAID_WORK, Kind.SUPERVISION, Kind.COMPENSATION, Kind.RESIDENCE, Kind.CONDUCT)
# s. 227G(2)(b): every requirement but unpaid work must go with supervision.
NEEDS_SUPERVISION = tuple(kind for kind in ALL_KINDS if kind not in (Kind.UNPAID_WORK, Kind.SUPERVISION))
# ss. 227P(5), 227Q(3), 227R(8), 227U(5), 227V(5).
WITHIN_SUPERVISION = (Kind.PROGRAMME, Kind.RESIDENCE, *TREATMENTS)
# The court must say for how long: ss. 227Q(1), 227R(1), 227U(1), 227V(1), 227W(1).
NEEDS_A_PERIOD = (Kind.RESIDENCE, *TREATMENTS, Kind.CONDUCT)
LEVEL_1_ONLY = (Basis.INSTEAD_OF_OR_WITH_FINE, Basis.FINE_DEFAULT)


@dataclass(frozen=True)
class ProposedRequirement:
    """One requirement as the court gave it, or as a form or a file says it did; None is not known.

    `hours` is for unpaid work; `months`, `days` or `last_day` say how long the others last, from `starts_on`,
    else from `added_on` (a later variation), else from imposition. `days` of a programme are days of
    attendance.
    """

    kind: RequirementKind
    hours: int | None = None
    months: int | None = None
    days: int | None = None
    last_day: date | None = None
    starts_on: date | None = None
    added_on: date | None = None
    place: str = ""
    details: str = ""
    # Restricted movement: hours a day the person must be in a place, unless it only keeps the person away
    # from one.
    hours_per_day: Decimal | int | None = None
    stay_away: bool = False
    # Unpaid work: the court directed that it runs together with hours still to do under another order (s.
    # 227N(2)).
    court_directs_concurrent: bool = False


@dataclass(frozen=True)
class ProposedOrder:
    """An order before it is recorded, with what the law asks about the person and their other orders."""

    basis: Basis
    court_type: CourtType
    imposed_on: date
    date_of_birth: date | None
    requirements: tuple[ProposedRequirement, ...]
    offence_on: date | None = None
    # Fine default: the fine, or the instalment, that was not paid.
    fine_pounds: Decimal | int | None = None
    # Minutes of unpaid work still to do under other orders when this one is imposed, concurrent hours counted
    # once.
    outstanding_minutes_elsewhere: int = 0
    # Hours a day in a place under restriction of liberty orders and other orders' restricted movement.
    other_curfew_hours_per_day: Decimal | int = 0
    transferred_in: bool = False
    # False where the court made the order what it is on breach: movement may then be restricted on any date.
    at_first_disposal: bool = True

    @property
    def kinds(self) -> frozenset[RequirementKind]:
        return frozenset(requirement.kind for requirement in self.requirements)

    @property
    def age(self) -> int | None:
        """Years of age on the day the order was imposed; None where the date of birth is not known."""
        return age(self.date_of_birth, self.imposed_on) if self.date_of_birth else None

    @property
    def under_18(self) -> bool:
        return self.age is not None and self.age < 18

    def of(self, *kinds: RequirementKind) -> tuple[ProposedRequirement, ...]:
        return tuple(requirement for requirement in self.requirements if requirement.kind in kinds)


class Bounds(NamedTuple):
    """Least and most that may be asked for, both lawful; `most` below `least`: none may be imposed."""

    least: int
    most: int


class _Cap(NamedTuple):
    most: int
    code: str
    because: str


# --- Ages, levels and last days -----------------------------------------------------------------------------


def age(date_of_birth: date, on: date) -> int:
    """Years of age on a day. Born on 29 February, one is older on 1 March (1991 c. 50, s. 6(2))."""
    return on.year - date_of_birth.year - ((on.month, on.day) < (date_of_birth.month, date_of_birth.day))


def level(hours: int, on: date = FIRST_DAY) -> int:
    """Level of unpaid work, 1 or 2, by the limit in force when imposed; never keyed (s. 227I(5), (6))."""
    return 1 if hours <= value_on("unpaid_work.level_1_most", on) else 2


def statutory_last_day(imposed_on: date, hours: int | None) -> date:
    """Last day for unpaid work, unless the court gives a later: 3 or 6 months beginning that day (s. 227L).

    While the hours are not known the longer limit stands, so that nobody is called late who may not be.
    """
    months = STATUTORY_MONTHS[2 if hours is None else level(hours, imposed_on)]
    return months_beginning_with(imposed_on, months)


def supervision_last_day(imposed_on: date, months: int | None) -> date | None:
    """Last day of so many months beginning with imposition; None where their number is not known."""
    return None if months is None else _months_from(imposed_on, months)


def first_day(requirement: ProposedRequirement, imposed_on: date) -> date:
    return requirement.starts_on or requirement.added_on or imposed_on


def last_day(requirement: ProposedRequirement, imposed_on: date) -> date | None:
    """Last day of a requirement. Unpaid work: the court's day where it is later than the statutory one.

    None where nothing says how long the requirement lasts.
    """
    first = first_day(requirement, imposed_on)
    given = requirement.last_day
    if given is None and requirement.months is not None:
        given = _months_from(first, requirement.months)
    if given is None and requirement.days is not None and requirement.kind == Kind.RESTRICTED_MOVEMENT:
        given = first + timedelta(days=min(requirement.days, 36_500) - 1)
    if requirement.kind == Kind.UNPAID_WORK:
        statutory = statutory_last_day(first, requirement.hours)
        return max(statutory, given) if given else statutory
    return given


def compensation_last_day(imposed_on: date, supervision_last: date | None) -> date:
    """Last day by which compensation must be paid in full (s. 227H(4)).

    The earlier of the end of 18 months beginning with imposition, and the day before the two months that end
    with supervision.
    """
    by_months = months_beginning_with(imposed_on, COMPENSATION_MONTHS)
    if supervision_last is None or supervision_last == date.max:
        return by_months
    return min(by_months, _months_before(supervision_last + timedelta(days=1)) - timedelta(days=1))


def _months_from(first: date, months: int) -> date:
    """Last day of so many months beginning with `first`; a number no calendar holds is the end of time."""
    if months < 1:
        return first - timedelta(days=1)
    try:
        return months_beginning_with(first, months)
    except (OverflowError, ValueError):
        return date.max


def _months_before(day: date) -> date:
    """The same day two months earlier, or the last day of that month where there is none."""
    month = day.year * 12 + day.month - 1 - COMPENSATION_MONTHS_BEFORE_END
    start = date(month // 12, month % 12 + 1, 1)
    following = (start + timedelta(days=31)).replace(day=1)
    return start.replace(day=min(day.day, (following - timedelta(days=1)).day))


# --- What a form may offer ----------------------------------------------------------------------------------


def kinds_allowed(
    basis: Basis, court_type: CourtType, on: date, *, on_breach: bool = False
) -> tuple[RequirementKind, ...]:
    """The requirements that basis and court allow on a day, in the order of the Act's list."""
    return tuple(kind for kind in ALL_KINDS if not list(_kind_barred(kind, basis, court_type, on, on_breach)))


def needs_supervision(order: ProposedOrder) -> bool:
    """Whether the law makes supervision part of this order (s. 227G(2))."""
    return order.under_18 or bool(order.of(*NEEDS_SUPERVISION))


def hours_bounds(
    basis: Basis,
    court_type: CourtType,
    on: date,
    *,
    fine_pounds: Decimal | int | None = None,
    outstanding_minutes: int = 0,
    concurrent: bool = False,
) -> Bounds:
    """Fewest and most hours of unpaid work the court may require."""
    caps = _hours_caps(basis, court_type, on, fine_pounds, 0 if concurrent else outstanding_minutes)
    return Bounds(value_on("unpaid_work.least", on), min(cap.most for cap in caps))


def months_bounds(kind: RequirementKind, order: ProposedOrder) -> Bounds | None:
    """Fewest and most whole months a requirement may last in this order; None for those not set in months."""
    supervision = (
        max((one.months or 0 for one in order.of(Kind.SUPERVISION)), default=0) or SUPERVISION_MONTHS[1]
    )
    if kind == Kind.SUPERVISION:
        if _young_and_level_1_only(order):
            return Bounds(1, max(3, *(one.months or 0 for one in order.of(Kind.UNPAID_WORK))))
        return Bounds(
            1 if _supervision_follows_movement(order) else SUPERVISION_MONTHS[0], SUPERVISION_MONTHS[1]
        )
    if kind == Kind.CONDUCT:
        return Bounds(1, CONDUCT_MOST_MONTHS)
    if kind == Kind.RESTRICTED_MOVEMENT:
        if not order.under_18:
            return Bounds(1, value_on("restricted_movement.most", order.imposed_on))
        return Bounds(1, 1 if order.court_type == CourtType.JP else SHORT_RESTRICTED_MOVEMENT_MONTHS)
    if kind in WITHIN_SUPERVISION:
        return Bounds(1, supervision)
    return None


# --- Unlawful -----------------------------------------------------------------------------------------------


def problems(order: ProposedOrder) -> list[Problem]:
    """Every reason the order would not be lawful; none means that it is."""
    return [
        *_dates(order),
        *_requirements(order),
        *_unpaid_work(order),
        *_supervision(order),
        *_ends_with_supervision(order),
        *_conduct(order),
        *_compensation(order),
        *_restricted_movement(order),
    ]


def _dates(order: ProposedOrder) -> Iterator[Problem]:
    born, imposed = order.date_of_birth, order.imposed_on
    if imposed < FIRST_DAY:
        yield Problem(
            f"Enter a date of imposition on or after {words(FIRST_DAY)}", "imposed_on", "imposed_before_2011"
        )
    if born is None:
        yield Problem("Enter the person's date of birth", "date_of_birth", "date_of_birth_missing")
    elif imposed <= born:
        yield Problem(
            "Enter a date of imposition after the person was born", "imposed_on", "imposed_before_birth"
        )
    offence = order.offence_on
    if offence is not None:
        if offence < FIRST_DAY:
            text = f"Query the order: it is for an offence before {words(FIRST_DAY)}"
            yield Problem(text, "offence_on", "offence_before_2011")
        if offence > imposed:
            text = "Enter a date of offence on or before the day the order was imposed"
            yield Problem(text, "offence_on", "offence_after_imposition")
        if born is not None and offence <= born:
            text = "Enter a date of offence after the person was born"
            yield Problem(text, "offence_on", "offence_before_birth")
    for one in order.requirements:
        if one.added_on is not None and one.added_on < imposed:
            text = f"Enter a day on or after {words(imposed)} for adding {_the(one.kind)}"
            yield Problem(text, f"{one.kind}.added_on", "added_before_imposition")
        first = first_day(one, imposed)
        # Unpaid work has a rule of its own about a last day that is too early.
        if one.last_day is not None and one.last_day < first and one.kind != Kind.UNPAID_WORK:
            text = f"Enter a last day on or after {words(first)} for {_the(one.kind)}"
            yield Problem(text, f"{one.kind}.last_day", "last_day_before_start")


def _requirements(order: ProposedOrder) -> Iterator[Problem]:
    if not order.requirements:
        yield Problem("Add at least one requirement", "requirements", "no_requirements")
    if order.basis == Basis.FINE_DEFAULT:
        if order.court_type == CourtType.HIGH:
            text = "Choose another court or basis: the High Court cannot impose an order for fine default"
            yield Problem(text, "court_type", "fine_default_high_court")
        if order.requirements and Kind.UNPAID_WORK not in order.kinds:
            text = "Add an unpaid work requirement: an order for fine default must have one"
            yield Problem(text, "requirements", "fine_default_without_unpaid_work")
    told: set[tuple[RequirementKind, str]] = set()
    for one in order.requirements:
        breach = _on_breach(order, one)
        for problem in _kind_barred(one.kind, order.basis, order.court_type, order.imposed_on, breach):
            if (one.kind, problem.code) not in told:
                told.add((one.kind, problem.code))
                yield problem
    if Kind.UNPAID_WORK in order.kinds and order.age is not None and order.age < 16:
        text = "Remove the unpaid work requirement: the person was under 16 when the order was imposed"
        yield Problem(text, "requirements", "unpaid_work_under_16")
    if order.requirements and Kind.SUPERVISION not in order.kinds:
        if order.under_18:
            text = "Add a supervision requirement: a person under 18 must have one"
            yield Problem(text, "requirements", "supervision_missing_under_18")
        demanding = [kind for kind in NEEDS_SUPERVISION if kind in order.kinds]
        if demanding:
            text = f"Add a supervision requirement: it must go with {_listed(demanding)}"
            yield Problem(text, "requirements", "supervision_missing")


def _kind_barred(
    kind: RequirementKind, basis: Basis, court_type: CourtType, on: date, on_breach: bool
) -> Iterator[Problem]:
    """Why basis, court or date bar a kind of requirement; on breach, see ss. 227ZA(9), 227ZC(7) and (8)."""
    movement_on_breach = kind == Kind.RESTRICTED_MOVEMENT and on_breach and basis != Basis.FINE_DEFAULT
    if movement_on_breach:
        return
    if kind not in BY_BASIS[basis]:
        text = f"Remove {_the(kind)}: an order made {BASIS_IN_WORDS[basis]} cannot have one"
        yield Problem(text, "requirements", "kind_not_allowed_for_basis")
    if court_type == CourtType.JP and kind not in BY_JP_COURT:
        text = f"Remove {_the(kind)}: a Justice of the Peace Court cannot impose one"
        yield Problem(text, "requirements", "kind_not_allowed_in_jp_court")
    if kind == Kind.RESTRICTED_MOVEMENT and on < RESTRICTED_MOVEMENT_FROM:
        text = f"Remove {_the(kind)}: before {words(RESTRICTED_MOVEMENT_FROM)} it could follow only a breach"
        yield Problem(text, "requirements", "restricted_movement_before_2022")


def _hours_caps(
    basis: Basis, court_type: CourtType, on: date, fine_pounds: Decimal | int | None, outstanding_minutes: int
) -> list[_Cap]:
    most, level_1 = value_on("unpaid_work.most", on), value_on("unpaid_work.level_1_most", on)
    caps = [_Cap(most, "unpaid_work_hours_too_many", "")]
    if basis in LEVEL_1_ONLY:
        because = f": an order made {BASIS_IN_WORDS[basis]} can have level 1 only"
        caps.append(_Cap(level_1, "unpaid_work_level_2_for_basis", because))
    if court_type == CourtType.JP:
        because = ": a Justice of the Peace Court can impose level 1 only"
        caps.append(_Cap(level_1, "unpaid_work_level_2_in_jp_court", because))
    small = value_on("fine.level_1", on)
    if basis == Basis.FINE_DEFAULT and fine_pounds is not None and fine_pounds <= small:
        because = f": the fine or instalment is not over £{small}"
        caps.append(_Cap(FINE_DEFAULT_SMALL_FINE_HOURS, "fine_default_hours_for_small_fine", because))
    if outstanding_minutes > 0:
        left = max(0, (most * 60 - outstanding_minutes) // 60)
        because = f": {_hours(outstanding_minutes)} are still to be done under other requirements"
        caps.append(_Cap(left, "unpaid_work_hours_over_300_with_outstanding", because))
    return caps


def _unpaid_work(order: ProposedOrder) -> Iterator[Problem]:
    least = value_on("unpaid_work.least", order.imposed_on)
    outstanding = order.outstanding_minutes_elsewhere
    for one in order.of(Kind.UNPAID_WORK):
        count_outstanding = 0 if one.court_directs_concurrent else outstanding
        caps = _hours_caps(
            order.basis, order.court_type, order.imposed_on, order.fine_pounds, count_outstanding
        )
        if count_outstanding and caps[-1].most < least:
            text = (
                f"Remove the unpaid work requirement{caps[-1].because}, which leaves fewer than {least}, "
                "unless the court directed that it is concurrent"
            )
            yield Problem(text, "unpaid_work.hours", "unpaid_work_none_left")
            caps.pop()
        if one.hours is None:
            yield Problem("Enter the hours of unpaid work", "unpaid_work.hours", "unpaid_work_hours_missing")
        elif one.hours < least:
            text = f"Enter {least} hours of unpaid work or more"
            yield Problem(text, "unpaid_work.hours", "unpaid_work_hours_too_few")
        else:
            for cap in caps:
                if one.hours > cap.most:
                    text = f"Enter {cap.most} hours of unpaid work or fewer{cap.because}"
                    yield Problem(text, "unpaid_work.hours", cap.code)
        yield from _unpaid_work_time(one, order.imposed_on)
        # A second unpaid work requirement imposed the same day finds the first still to be done.
        outstanding += (one.hours or 0) * 60


def _unpaid_work_time(one: ProposedRequirement, imposed_on: date) -> Iterator[Problem]:
    if one.hours is None:
        return
    first = first_day(one, imposed_on)
    statutory = statutory_last_day(first, one.hours)
    months = STATUTORY_MONTHS[level(one.hours, first)]
    if one.last_day is not None and one.last_day < statutory:
        text = f"Enter a last day for unpaid work of {words(statutory)} or later, or leave it blank"
        yield Problem(text, "unpaid_work.last_day", "unpaid_work_time_too_short")
    elif one.last_day is None and one.months is not None and one.months < months:
        text = f"Enter {months} months for unpaid work or more, or leave them blank"
        yield Problem(text, "unpaid_work.months", "unpaid_work_time_too_short")


def _supervision(order: ProposedOrder) -> Iterator[Problem]:
    least, most = SUPERVISION_MONTHS
    for one in order.of(Kind.SUPERVISION):
        last = last_day(one, order.imposed_on)
        field = _period_field(one)
        if last is None:
            yield Problem(
                "Enter the months of supervision", "supervision.months", "supervision_period_missing"
            )
            continue
        first = first_day(one, order.imposed_on)
        if _young_and_level_1_only(order):
            yield from _short_supervision(order, first, last, field)
            continue
        if last > _months_from(first, most):
            yield Problem(f"Enter {most} months of supervision or fewer", field, "supervision_too_long")
        # s. 227G(4A): no least period where only restricted movement asks for it; it must still outlast the
        # restriction.
        if last < _months_from(first, least) and not _supervision_follows_movement(order):
            yield Problem(f"Enter {least} months of supervision or more", field, "supervision_too_short")


def _short_supervision(order: ProposedOrder, first: date, last: date, field: str) -> Iterator[Problem]:
    """s. 227G(5): aged 16 or 17 with level 1 unpaid work and nothing else."""
    allowed = months_beginning_with(first, 3)
    for work in order.of(Kind.UNPAID_WORK):
        allowed = max(allowed, last_day(work, order.imposed_on) or allowed)
    if last > allowed:
        text = (
            f"Enter a supervision period that ends by {words(allowed)}: at 16 or 17 with level 1 unpaid work "
            "only, it is no longer than the time for the work or 3 months"
        )
        yield Problem(text, field, "supervision_too_long_at_16_or_17")
    if last < first:
        yield Problem("Enter one month of supervision or more", field, "supervision_too_short")


def _ends_with_supervision(order: ProposedOrder) -> Iterator[Problem]:
    supervised_until = _supervised_until(order)
    for one in order.requirements:
        last = last_day(one, order.imposed_on)
        if one.kind in NEEDS_A_PERIOD and last is None:
            text = f"Enter how many months {_the(one.kind)} lasts"
            yield Problem(text, f"{one.kind}.months", f"{one.kind}_period_missing")
        if one.kind == Kind.PROGRAMME and last is None and one.days is None:
            text = "Enter the number of days of the programme"
            yield Problem(text, "programme.days", "programme_period_missing")
        if one.kind == Kind.PROGRAMME and one.days is not None and one.days < 1:
            text = "Enter one day of the programme or more"
            yield Problem(text, "programme.days", "programme_days_too_few")
        if one.kind in WITHIN_SUPERVISION and last and supervised_until and last > supervised_until:
            text = f"Enter an end for {_the(one.kind)} by {words(supervised_until)}, when supervision ends"
            yield Problem(text, _period_field(one), f"{one.kind}_after_supervision")


def _conduct(order: ProposedOrder) -> Iterator[Problem]:
    for one in order.of(Kind.CONDUCT):
        last = last_day(one, order.imposed_on)
        if last and last > _months_from(first_day(one, order.imposed_on), CONDUCT_MOST_MONTHS):
            text = f"Enter {CONDUCT_MOST_MONTHS} months or fewer for the conduct requirement"
            yield Problem(text, _period_field(one), "conduct_too_long")


def _compensation(order: ProposedOrder) -> Iterator[Problem]:
    for one in order.of(Kind.COMPENSATION):
        last = last_day(one, order.imposed_on)
        by = compensation_last_day(first_day(one, order.imposed_on), _supervised_until(order))
        if last and last > by:
            text = f"Enter a last day for paying compensation of {words(by)} or earlier"
            yield Problem(text, _period_field(one), "compensation_too_late")


def _restricted_movement(order: ProposedOrder) -> Iterator[Problem]:
    supervised_until = _supervised_until(order)
    in_a_place = Decimal(order.other_curfew_hours_per_day)
    daily = value_on("restricted_movement.hours_a_day", order.imposed_on)
    for one in order.of(Kind.RESTRICTED_MOVEMENT):
        if one.hours_per_day is not None and not one.stay_away:
            in_a_place += one.hours_per_day
        last = last_day(one, order.imposed_on)
        if last is None:
            text = "Enter how long the restricted movement requirement lasts"
            yield Problem(text, "restricted_movement.months", "restricted_movement_period_missing")
            continue
        yield from _movement_length(order, one, last)
        if supervised_until and supervised_until < last:
            text = f"Enter supervision that lasts until {words(last)}, when restricted movement ends"
            supervision = order.of(Kind.SUPERVISION)[0]
            yield Problem(text, _period_field(supervision), "supervision_ends_before_restricted_movement")
    if order.of(Kind.RESTRICTED_MOVEMENT) and in_a_place > daily:
        text = (
            f"Enter {daily} hours in any one day or fewer, counting every other order that restricts movement"
        )
        yield Problem(text, "restricted_movement.hours_per_day", "restricted_movement_hours_a_day")


def _movement_length(order: ProposedOrder, one: ProposedRequirement, last: date) -> Iterator[Problem]:
    first, field = first_day(one, order.imposed_on), _period_field(one)
    if last < first + timedelta(days=RESTRICTED_MOVEMENT_LEAST_DAYS - 1):
        text = f"Enter {RESTRICTED_MOVEMENT_LEAST_DAYS} days of restricted movement or more"
        yield Problem(text, field, "restricted_movement_too_short")
    with_level_1_only = _on_breach(order, one) and _level_1_only(order, {Kind.RESTRICTED_MOVEMENT})
    if order.under_18 or with_level_1_only:
        why = (
            "the person was under 18"
            if order.under_18
            else "the only other requirement is level 1 unpaid work"
        )
        if last > _short_movement_last(order.court_type, first):
            most = (
                f"{SHORT_RESTRICTED_MOVEMENT_JP_DAYS} days"
                if order.court_type == CourtType.JP
                else f"{SHORT_RESTRICTED_MOVEMENT_MONTHS} months"
            )
            text = f"Enter {most} of restricted movement or fewer: {why}"
            yield Problem(text, field, "restricted_movement_too_long_special")
        return
    months = value_on("restricted_movement.most", order.imposed_on)
    if last > _months_from(first, months):
        text = f"Enter {months} months of restricted movement or fewer"
        yield Problem(text, field, "restricted_movement_too_long")


# --- To check, never to stop --------------------------------------------------------------------------------


def warnings(order: ProposedOrder) -> list[Problem]:
    """What the guidance advises against, what is not known, and what the law leaves in doubt."""
    return [*_person_warnings(order), *_order_warnings(order), *_requirement_warnings(order)]


def _person_warnings(order: ProposedOrder) -> Iterator[Problem]:
    if order.age is None or order.age < 0:
        return
    if order.age < PROSECUTION_AGE:
        text = f"Check the date of birth: the person would have been {order.age} when the order was imposed"
        yield Problem(text, "date_of_birth", "under_prosecution_age")
    elif order.under_18:
        text = f"Check for a children's hearing: the person was {order.age} when the order was imposed"
        yield Problem(text, "date_of_birth", "child")


def _order_warnings(order: ProposedOrder) -> Iterator[Problem]:
    if order.court_type == CourtType.NOT_KNOWN:
        text = "Ask which court imposed the order: what it could require cannot be checked"
        yield Problem(text, "court_type", "court_not_known")
    work = order.of(Kind.UNPAID_WORK)
    if order.basis == Basis.FINE_DEFAULT:
        over = any(one.hours is not None and one.hours > FINE_DEFAULT_SMALL_FINE_HOURS for one in work)
        if order.fine_pounds is None and over:
            small = value_on("fine.level_1", order.imposed_on)
            text = (
                f"Check the amount not paid: over {FINE_DEFAULT_SMALL_FINE_HOURS} hours needs a fine or "
                f"instalment over £{small}"
            )
            yield Problem(text, "fine_pounds", "fine_not_known")
        if Kind.SUPERVISION in order.kinds and order.age is not None and not order.under_18:
            text = "Check with the clerk of court: for fine default the Act has supervision only at 16 or 17"
            yield Problem(text, "requirements", "fine_default_supervision_of_adult")
    for kind in (Kind.UNPAID_WORK, Kind.SUPERVISION):
        together = [one for one in order.of(kind) if one.added_on is None]
        if len(together) > 1:
            text = f"Check {_the(kind)}: it is recorded {len(together)} times"
            yield Problem(text, "requirements", "requirement_repeated")
    in_emergency = EMERGENCY_FIRST_DAY <= order.imposed_on <= EMERGENCY_LAST_DAY
    if in_emergency and any(one.last_day is None for one in work):
        text = "Check the time for unpaid work: emergency law gave orders of 2020 to 2022 a further 12 months"
        yield Problem(text, "unpaid_work.last_day", "emergency_time_limit")


def _requirement_warnings(order: ProposedOrder) -> Iterator[Problem]:
    supervised_until = _supervised_until(order)
    for one in order.requirements:
        last = last_day(one, order.imposed_on)
        if one.kind == Kind.CONDUCT and last and supervised_until and last > supervised_until:
            text = f"Check the conduct requirement: it outlasts supervision (to {words(supervised_until)})"
            yield Problem(text, _period_field(one), "conduct_after_supervision")
        if one.kind == Kind.PROGRAMME and one.days is None and last is not None:
            text = "Enter the number of days of the programme, as the order gives it"
            yield Problem(text, "programme.days", "programme_days_not_known")
        if one.kind in (Kind.PROGRAMME, Kind.RESIDENCE) and not one.place:
            text = f"Enter the place that {_the(one.kind)} names"
            yield Problem(text, f"{one.kind}.place", f"{one.kind}_place_not_known")
        if one.kind == Kind.RESTRICTED_MOVEMENT:
            yield from _movement_warnings(order, one, last)


def _movement_warnings(
    order: ProposedOrder, one: ProposedRequirement, last: date | None
) -> Iterator[Problem]:
    if not one.stay_away and one.hours_per_day is None:
        text = (
            "Enter the hours a day the person must be in the place, or say that they must stay away from it"
        )
        yield Problem(text, "restricted_movement.hours_per_day", "restricted_movement_hours_not_known")
    if not one.place:
        text = "Enter the place that the restricted movement requirement names"
        yield Problem(text, "restricted_movement.place", "restricted_movement_place_not_known")
    if not _on_breach(order, one):
        return
    if order.court_type == CourtType.JP:
        text = "Check with the clerk that a Justice of the Peace Court could restrict movement on breach"
        yield Problem(text, "requirements", "restricted_movement_in_jp_court")
    # s. 227ZF(7)(b) speaks of level 1 unpaid work as the only other requirement, though supervision must now
    # go with it.
    work_and_supervision = _level_1_only(order, {Kind.RESTRICTED_MOVEMENT, Kind.SUPERVISION})
    if work_and_supervision and not order.under_18 and Kind.SUPERVISION in order.kinds and last:
        short = _short_movement_last(order.court_type, first_day(one, order.imposed_on))
        if last > short:
            text = (
                f"Check with the clerk of court whether restricted movement had to end by {words(short)}: "
                "the order has only level 1 unpaid work and supervision besides"
            )
            yield Problem(text, _period_field(one), "restricted_movement_length_in_doubt")


# --- Shared by the rules ------------------------------------------------------------------------------------

BASIS_IN_WORDS = {
    Basis.INSTEAD_OF_PRISON: "instead of imprisonment",
    Basis.INSTEAD_OF_OR_WITH_FINE: "instead of, or as well as, a fine",
    Basis.FINE_DEFAULT: "for fine default",
}


def _on_breach(order: ProposedOrder, requirement: ProposedRequirement) -> bool:
    """Whether the court imposed it later, when movement could be restricted whatever the sentence allowed."""
    return requirement.added_on is not None or not order.at_first_disposal


def _level_1_only(order: ProposedOrder, besides: set[RequirementKind]) -> bool:
    """Whether, `besides` apart, the order is level 1 unpaid work and nothing else."""
    work = order.of(Kind.UNPAID_WORK)
    level_1 = bool(work) and all(
        one.hours is not None and level(one.hours, order.imposed_on) == 1 for one in work
    )
    return level_1 and order.kinds - besides == {Kind.UNPAID_WORK}


def _young_and_level_1_only(order: ProposedOrder) -> bool:
    """s. 227G(5)."""
    return order.age in (16, 17) and _level_1_only(order, {Kind.SUPERVISION})


def _supervision_follows_movement(order: ProposedOrder) -> bool:
    """s. 227G(4A): no other requirement than restricted movement asks for supervision."""
    return order.kinds & frozenset(NEEDS_SUPERVISION) == {Kind.RESTRICTED_MOVEMENT}


def _supervised_until(order: ProposedOrder) -> date | None:
    """Last day of the longest supervision; None without supervision, or where its length is not known."""
    lasts = [last_day(one, order.imposed_on) for one in order.of(Kind.SUPERVISION)]
    known = [last for last in lasts if last is not None]
    return max(known) if len(known) == len(lasts) and known else None


def _short_movement_last(court_type: CourtType, first: date) -> date:
    """s. 227ZF(8)."""
    if court_type == CourtType.JP:
        return first + timedelta(days=SHORT_RESTRICTED_MOVEMENT_JP_DAYS - 1)
    return _months_from(first, SHORT_RESTRICTED_MOVEMENT_MONTHS)


def _period_field(requirement: ProposedRequirement) -> str:
    """The field that gave the length: a message stands beside what must be mended."""
    if requirement.last_day is not None:
        return f"{requirement.kind}.last_day"
    if requirement.months is None and requirement.days is not None:
        return f"{requirement.kind}.days"
    return f"{requirement.kind}.months"


def _hours(minutes: int) -> str:
    hours, over = divmod(minutes, 60)
    return f"{hours} hours {over} minutes" if over else f"{hours} hours"


def _the(kind: RequirementKind) -> str:
    names = {Kind.UNPAID_WORK: "unpaid work", Kind.SUPERVISION: "supervision"}
    return f"the {names.get(kind, kind.label.lower())} requirement"


def _listed(kinds: Sequence[RequirementKind]) -> str:
    names = [_the(kind) for kind in kinds]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

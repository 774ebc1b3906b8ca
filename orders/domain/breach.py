"""What a court may do about a breach, by the basis of the order.

Source: Criminal Procedure (Scotland) Act 1995, s. 227ZC.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from justice.domain.calendar import months_beginning_with
from justice.domain.errors import Problem
from orders.domain.codes import Code
from orders.domain.cpo import Basis, CourtType
from orders.domain.limits import value_on

JP_DAYS = 60
OTHER_COURT_MONTHS = 3


class Outcome(Code):
    """What came of a breach application."""

    FINED = "fined", "Fined, order continues"
    VARIED = "varied", "Order varied"
    FINED_AND_VARIED = "fined_and_varied", "Fined and order varied"
    REVOKED_RESENTENCED = "revoked_resentenced", "Order revoked, dealt with for the offence again"
    REVOKED_IMPRISONED = "revoked_imprisoned", "Order revoked, imprisoned"
    VARIED_REASONABLE_EXCUSE = "varied_reasonable_excuse", "Reasonable excuse, order varied"
    CONTINUED = "continued", "Order continues unchanged"
    NOT_ESTABLISHED = "not_established", "Failure not established"
    WARRANT = "warrant", "Warrant issued"
    WITHDRAWN = "withdrawn", "Application withdrawn"


O = Outcome  # noqa: E741  (the table below is read beside the section)
# What the court may always do: nothing more, or find no failure; and what may happen before it decides.
ALWAYS = (O.VARIED_REASONABLE_EXCUSE, O.CONTINUED, O.NOT_ESTABLISHED, O.WARRANT, O.WITHDRAWN)
# s. 227ZC(7)(a) to (e) and (8). On fine default there is no fine and no new requirement.
BY_BASIS: dict[Basis, tuple[Outcome, ...]] = {
    Basis.INSTEAD_OF_PRISON: (O.FINED, O.VARIED, O.FINED_AND_VARIED, O.REVOKED_RESENTENCED, *ALWAYS),
    Basis.INSTEAD_OF_OR_WITH_FINE: (O.FINED, O.VARIED, O.FINED_AND_VARIED, O.REVOKED_IMPRISONED, *ALWAYS),
    Basis.FINE_DEFAULT: (O.VARIED, O.REVOKED_IMPRISONED, *ALWAYS),
}
REVOKES = frozenset({O.REVOKED_RESENTENCED, O.REVOKED_IMPRISONED})
VARIES = frozenset({O.VARIED, O.FINED_AND_VARIED, O.VARIED_REASONABLE_EXCUSE})


def outcomes(basis: Basis) -> tuple[Outcome, ...]:
    """The outcomes to choose from for an order of this basis."""
    return BY_BASIS[basis]


def problems(
    outcome: str,
    basis: Basis,
    *,
    decided_on: date,
    outcome_on: date | None,
    lodged_on: date | None = None,
    court_type: CourtType = CourtType.NOT_KNOWN,
    fine_pounds: Decimal | int | None = None,
    imprisoned_from: date | None = None,
    imprisoned_until: date | None = None,
) -> list[Problem]:
    """Why an outcome cannot be recorded against a breach decided on a day."""
    found = []
    if lodged_on is not None and lodged_on < decided_on:
        text = "Enter a date of lodging on or after the decision to breach"
        found.append(Problem(text, "lodged_on", "lodged_before_decision"))
    if not outcome:
        return found
    if outcome not in BY_BASIS[basis]:
        text = "Choose an outcome that the court could order: " + ", ".join(
            one.label.lower() for one in BY_BASIS[basis]
        )
        found.append(Problem(text, "outcome", "outcome_not_allowed_for_basis"))
    if outcome_on is None:
        found.append(Problem("Enter the date of the outcome", "outcome_on", "outcome_date_missing"))
    elif outcome_on < (lodged_on or decided_on):
        text = "Enter a date of outcome on or after the day the application was lodged"
        found.append(Problem(text, "outcome_on", "outcome_before_lodging"))
    most = value_on("fine.level_3", outcome_on or decided_on)
    if fine_pounds is not None and outcome in (O.FINED, O.FINED_AND_VARIED) and not 0 < fine_pounds <= most:
        found.append(Problem(f"Enter a fine of up to £{most}", "fine_pounds", "breach_fine_too_high"))
    if outcome == O.REVOKED_IMPRISONED and imprisoned_from and imprisoned_until:
        longest = most_imprisonment(court_type, imprisoned_from)
        if imprisoned_until > longest:
            text = f"Enter imprisonment of up to {longest_in_words(court_type)}"
            found.append(Problem(text, "imprisoned_until", "breach_imprisonment_too_long"))
    return found


def most_imprisonment(court_type: CourtType, first: date) -> date:
    """Last day of the longest imprisonment for a breach, by court (s. 227ZC(7)(c), (8)(a))."""
    if court_type == CourtType.JP:
        return first + timedelta(days=JP_DAYS - 1)
    return months_beginning_with(first, OTHER_COURT_MONTHS)


def longest_in_words(court_type: CourtType) -> str:
    return f"{JP_DAYS} days" if court_type == CourtType.JP else f"{OTHER_COURT_MONTHS} months"

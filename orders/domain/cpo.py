"""What each legal basis, court and age allows in a Community Payback Order.

Source: Criminal Procedure (Scotland) Act 1995, ss. 227A to 227ZO, as it stood in May 2025. Section numbers are of that Act.
"""

from __future__ import annotations

from orders.domain.codes import Code


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


# Unpaid work of this many hours or fewer is level 1, more is level 2 (s. 227I(5)).
LEVEL_1_HOURS = 100


def level(hours: int) -> int:
    """Level of unpaid work, 1 or 2: it follows from the hours and is never keyed (s. 227I)."""
    return 1 if hours <= LEVEL_1_HOURS else 2

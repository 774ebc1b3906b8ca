"""Why something was late, or is left out of a figure: the national codes, and where each is asked for.

Sources: Scottish Government criminal justice social work statistics 2016-17, tables 16 and 18, 2018-19, table
18, and 2019-20, table 24. The statistics have lists for first contact, induction, start and completion only;
for other clauses the codes that fit are offered, and are not part of a national list.
"""

from __future__ import annotations

from orders.domain.codes import Code


class Late(Code):
    """Why a timescale was not met in time."""

    DID_NOT_TURN_UP = "did_not_turn_up", "Did not turn up"
    FIRST_CONTACT_LATE = "first_contact_late", "First contact was late"
    ON_ORDER_ALREADY = "on_order_already", "Already on an order or supervision"
    IN_CUSTODY = "in_custody", "In custody"
    PAID_EMPLOYMENT = "paid_employment", "Paid employment"
    ILL = "ill", "Ill health"
    NON_COMPLIANCE = "non_compliance", "Did not comply"
    OTHER_CLIENT = "other_client", "Other reason to do with the person"
    NO_SUITABLE_WORK = "no_suitable_work", "Difficulty in finding suitable work"
    STAFF_NOT_AVAILABLE = "staff_not_available", "Suitable staff not available"
    OTHER_NON_CLIENT = "other_non_client", "Other reason not to do with the person"


class Exclusion(Code):
    """Why a record is left out of both numbers of a figure."""

    COULD_NOT_COMPLY = "could_not_comply", "Could not comply"
    TRANSFERRED_IN = "transferred_in", "Transferred in from another area"
    ADDED_AFTER_IMPOSITION = "added_after_imposition", "Requirement added after the order was imposed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DIED = "died", "Died"
    NOT_KNOWN = "not_known", "Not known"


CONTACT = (
    Late.DID_NOT_TURN_UP,
    Late.ON_ORDER_ALREADY,
    Late.IN_CUSTODY,
    Late.PAID_EMPLOYMENT,
    Late.ILL,
    Late.OTHER_CLIENT,
    Late.STAFF_NOT_AVAILABLE,
    Late.OTHER_NON_CLIENT,
)
INDUCTION = (Late.DID_NOT_TURN_UP, Late.FIRST_CONTACT_LATE, *CONTACT[1:])
START = (*INDUCTION[:-2], Late.NO_SUITABLE_WORK, *INDUCTION[-2:])
COMPLETION = (
    Late.NON_COMPLIANCE,
    Late.PAID_EMPLOYMENT,
    Late.ILL,
    Late.NO_SUITABLE_WORK,
    Late.STAFF_NOT_AVAILABLE,
    Late.OTHER_CLIENT,
    Late.OTHER_NON_CLIENT,
)
# Done by staff about the person: they may have been unable because of the person, or for want of staff.
BY_STAFF = (
    Late.DID_NOT_TURN_UP,
    Late.IN_CUSTODY,
    Late.ILL,
    Late.OTHER_CLIENT,
    Late.STAFF_NOT_AVAILABLE,
    Late.OTHER_NON_CLIENT,
)
# Done by staff alone.
BY_OFFICE = (Late.STAFF_NOT_AVAILABLE, Late.OTHER_NON_CLIENT)
# The person may still owe the evidence.
ABSENCE = (Late.OTHER_CLIENT, *BY_OFFICE)

LATE_BY_CLAUSE: dict[str, tuple[Late, ...]] = {
    "cpo.first_contact": CONTACT,
    "cpo.induction": INDUCTION,
    "cpo.placement": START,
    "cpo.unpaid_work": COMPLETION,
    "cpo.lscmi": BY_STAFF,
    "cpo.plan": BY_STAFF,
    "cpo.review": BY_STAFF,
    "cpo.responsible_officer": BY_OFFICE,
    "report.submitted": BY_STAFF,
    "report.on_time": BY_STAFF,
    "release.interview": BY_STAFF,
    "breach.lodged": BY_OFFICE,
    "absence.decided": ABSENCE,
}

# Codes of the national lists: the others are this program's own reading of them.
NATIONAL = frozenset({"cpo.first_contact", "cpo.induction", "cpo.placement", "cpo.unpaid_work"})

X = Exclusion
EXCLUSIONS_BY_CLAUSE: dict[str, tuple[Exclusion, ...]] = {
    "cpo.first_contact": (X.COULD_NOT_COMPLY, X.TRANSFERRED_IN, X.DIED, X.NOT_KNOWN),
    "cpo.induction": (X.COULD_NOT_COMPLY, X.TRANSFERRED_IN, X.DIED, X.NOT_KNOWN),
    "cpo.placement": (
        X.COULD_NOT_COMPLY,
        X.TRANSFERRED_IN,
        X.ADDED_AFTER_IMPOSITION,
        X.DIED,
        X.NOT_KNOWN,
    ),
    "cpo.lscmi": (X.COULD_NOT_COMPLY, X.TRANSFERRED_IN, X.DIED, X.NOT_KNOWN),
    "cpo.plan": (X.COULD_NOT_COMPLY, X.TRANSFERRED_IN, X.DIED, X.NOT_KNOWN),
    "cpo.review": (X.COULD_NOT_COMPLY, X.TRANSFERRED_IN, X.DIED, X.NOT_KNOWN),
    "cpo.unpaid_work": (X.COULD_NOT_COMPLY, X.DIED, X.NOT_KNOWN),
    "report.submitted": (X.WITHDRAWN, X.DIED, X.NOT_KNOWN),
    "report.on_time": (X.WITHDRAWN, X.DIED, X.NOT_KNOWN),
    # That the person did not attend is no reason: such releases stay in the figure (performance update, Q4
    # 2021/22).
    "release.interview": (X.COULD_NOT_COMPLY, X.DIED, X.NOT_KNOWN),
    "breach.lodged": (X.DIED, X.NOT_KNOWN),
    "absence.decided": (X.DIED, X.NOT_KNOWN),
    "cpo.responsible_officer": (X.DIED, X.NOT_KNOWN),
}

# The six figures that exclusions.csv names, and the clause each reads.
CLAUSE_OF_KPI = {
    "K1": "cpo.placement",
    "K2": "cpo.plan",
    "K3": "cpo.review",
    "K4": "cpo.unpaid_work",
    "K5": "report.submitted",
    "K6": "release.interview",
}


def late_reasons(clause: str) -> tuple[Late, ...]:
    """Reasons for lateness to offer for a clause. KeyError for a clause that has none declared."""
    return LATE_BY_CLAUSE[clause]


def exclusions(clause: str) -> tuple[Exclusion, ...]:
    """Reasons for leaving out that a form offers for a clause.

    A file of an older system may name any code for any figure: what it says is kept.
    """
    return EXCLUSIONS_BY_CLAUSE[clause]

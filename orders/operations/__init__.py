"""Changes to what the court ordered, and to the record of what was done about it.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from orders.operations.appointments import (
    book_appointment,
    cancel_appointment,
    record_outcome,
    reschedule_appointment,
)
from orders.operations.compliance import (
    decide_absence,
    issue_warning,
    remove_compliance_step,
    set_aside_step,
    set_compliance_step,
)
from orders.operations.court import (
    complete_requirement,
    correct_order,
    end_order,
    impose_order,
    query_order,
    resolve_query,
    transfer_order_out,
    vary_order,
)
from orders.operations.handover import Given, hand_over_caseload, last_day_to_undo, undo_handover
from orders.operations.work import (
    correct_attendance,
    decide_breach,
    lodge_breach,
    record_attendance,
    record_breach_outcome,
    record_contact,
    record_release,
    record_release_interview,
)

__all__ = [
    "book_appointment",
    "cancel_appointment",
    "Given",
    "complete_requirement",
    "correct_attendance",
    "correct_order",
    "decide_absence",
    "decide_breach",
    "end_order",
    "hand_over_caseload",
    "impose_order",
    "issue_warning",
    "last_day_to_undo",
    "lodge_breach",
    "query_order",
    "record_attendance",
    "record_breach_outcome",
    "record_contact",
    "record_outcome",
    "record_release",
    "record_release_interview",
    "reschedule_appointment",
    "remove_compliance_step",
    "resolve_query",
    "set_aside_step",
    "set_compliance_step",
    "transfer_order_out",
    "undo_handover",
    "vary_order",
]

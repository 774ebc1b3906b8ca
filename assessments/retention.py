"""What court reports and MAPPA say of how long a record is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assessments.models import MappaEntry, ReportRequest
from cases.retention import Involvement
from justice.domain import retention


def involvement(people: Sequence[int]) -> dict[int, Involvement]:
    """Reports asked for, and entries in MAPPA: two queries, whoever may see the cases."""
    found: dict[int, Involvement] = defaultdict(Involvement)
    of_people = {"case__person__in": people, "case__disposed_on": None}
    reports = ReportRequest.objects.filter(**of_people)
    for person, submitted_on, withdrawn_on in reports.values_list(
        "case__person", "submitted_on", "withdrawn_on"
    ):
        found[person].work.add(retention.REPORT)
        found[person].unfinished |= submitted_on is None and withdrawn_on is None
    entries = MappaEntry.objects.filter(**of_people)
    for person, ended_on in entries.values_list("case__person", "ended_on"):
        found[person].work.add(retention.MAPPA)
        found[person].unfinished |= ended_on is None
    return dict(found)

"""The jobs of the night and the morning: each may die anywhere and be run again, and gives what one clean run gives."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from cases import drafts, search, timescales
from cases.jobs import Running
from cases.models import Case, Job, Person, Submission
from cases.notices import claim_notices, send_messages

SERVED: Final = timedelta(days=90)


def check_timescales(job: Running) -> dict[str, Any]:
    """Derive every case of the council again and list what is stored otherwise; it should always be nothing."""
    cases = list(Case.objects.filter(council=job.row.council_id).order_by("pk").values_list("pk", flat=True))
    found: list[dict[str, Any]] = []
    for start in range(0, len(cases), timescales.BATCH):
        batch = cases[start : start + timescales.BATCH]
        found += [
            {"case": one.case, "subject": one.subject, "clause": one.clause, "occurrence": one.occurrence}
            for one in timescales.check(batch)
        ]
        job.progress(start + len(batch), len(cases))
    return {"cases": len(cases), "differences": found}


def check_search(job: Running) -> dict[str, Any]:
    """Work out again what everybody of the council is found by, and list who is stored otherwise: always nobody.

    Spellings of names that nobody bears any longer are forgotten.
    """
    council = job.row.council_id
    if council is None:
        raise ValueError("people are of a council")
    people = list(Person.objects.filter(council=council).order_by("pk").values_list("pk", flat=True))
    found: list[int] = []
    for start in range(0, len(people), search.BATCH):
        batch = people[start : start + search.BATCH]
        found += search.check(batch)
        job.progress(start + len(batch), len(people))
    misspelt, unborne = search.check_spellings(council)
    search.let_go(council, unborne)
    return {"people": len(people), "differences": found, "misspelt": len(misspelt), "forgotten": len(unborne)}


def clear_drafts(job: Running) -> dict[str, Any]:
    """Remove what was typed into forms and never sent, a month after it was last touched."""
    council = job.row.council_id
    if council is None:
        raise ValueError("drafts are those of a council's staff")
    return {"removed": drafts.clear_old(council, job.now())}


def clear_served(job: Running) -> dict[str, Any]:
    """Remove what has served: the keys of forms sent, and jobs that ended, three months ago."""
    council = job.row.council_id
    if council is None:
        raise ValueError("forms and jobs are those of a council")
    before = job.now() - SERVED
    forms, _ = Submission.objects.filter(user__council=council, at__lt=before).delete()
    ended = Job.objects.filter(council=council, finished_at__lt=before)
    jobs, _ = ended.filter(state__in=(Job.State.DONE, Job.State.FAILED)).delete()
    return {"forms": forms, "jobs": jobs}


def notify(job: Running) -> dict[str, Any]:
    """The morning's notices for what became overdue or is due within five days, and a message to each person."""
    council, on = job.row.council_id, date.fromisoformat(job.arguments["on"])
    if council is None:
        raise ValueError("notices are for a council")
    claim_notices(council, on)
    return {"messages": send_messages(council, job.now())}

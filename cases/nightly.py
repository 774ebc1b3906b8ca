"""The jobs of the night and the morning: each may die anywhere and be run again, and gives what one clean run gives."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from cases import drafts, operations, seals, search, signing_in, timescales, unusual
from cases.jobs import Running
from cases.models import Case, Job, Person, Submission
from cases.notices import claim_notices, send_messages, send_of_sign_in, send_of_stop, send_opening_messages
from cases.operation import Stale, system_user

log = logging.getLogger(__name__)

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


def close_unused_accounts(job: Running) -> dict[str, Any]:
    """Close the accounts that nobody has signed in to for `UNUSED_AFTER`, and remove sessions that are over."""
    council, on = job.row.council, date.fromisoformat(job.arguments["on"])
    if council is None:
        raise ValueError("accounts are those of a council's staff")
    closed = 0
    for user in signing_in.unused_accounts(council, on):
        try:
            operations.suspend_unused_account(actor=system_user(), user=user, expected_version=user.version)
        except Stale:  # somebody is changing it now: tomorrow says whether it is still unused
            continue
        closed += 1
    return {"closed": closed, "sessions": signing_in.tidy(job.now())}


def seal_trail(job: Running) -> dict[str, Any]:
    """The hour's seals on the log of changes and looks, of every council."""
    return {"made": seals.seal_all(job.now(), Path(settings.SEALS_DIR))}


def check_seals(job: Running) -> dict[str, Any]:
    """Compare the log with its seals and list where it is otherwise; it should always be nowhere."""
    found = [str(one) for one in seals.check(job.now(), Path(settings.SEALS_DIR))]
    for one in found:
        log.error("the trail is not as it was sealed: %s", one)
    return {"differences": found}


def find_unusual_looking(job: Running) -> dict[str, Any]:
    """What of yesterday's looks a manager is to ask about."""
    council = job.row.council_id
    if council is None:
        raise ValueError("looks are those of a council's staff")
    yesterday = date.fromisoformat(job.arguments["on"]) - timedelta(days=1)
    return {"found": unusual.find(council, yesterday, job.now())}


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


def tell_of_opening(job: Running) -> dict[str, Any]:
    """The message to those who answer for a restricted record that was just opened: not the night's, but at once."""
    return {"sent": send_opening_messages(job.arguments["opening"], job.now())}


def tell_of_stop(job: Running) -> dict[str, Any]:
    """A message to the managers of somebody who was stopped (cases.budget): that there was one, and where to look."""
    return {"messages": send_of_stop(job.arguments["stop"], job.now())}


def tell_of_sign_in(job: Running) -> dict[str, Any]:
    """A message to somebody whose sign-in was changed, at once, and to information governance where it matters."""
    return {
        "messages": send_of_sign_in(
            job.row.run_key, **job.arguments, happened=job.row.created_at, at=job.now()
        )
    }

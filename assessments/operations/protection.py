"""Changes to the MAPPA register.

Reasons and decisions stand in the rows, which few may read, and not in the trail of the case, which has more readers.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from assessments.domain import mappa
from assessments.models import MappaAction, MappaEntry, MappaLevel, MappaMeeting
from assessments.models.protection import LEADING, Agency
from cases.models import Case, User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import not_before, refuse
from orders.domain import dates


def register_mappa(
    *,
    actor: User,
    case: Case,
    category: int,
    level: int,
    subject_to_notification: str,
    registered_on: date,
    decision: str,
    lead_agency: str,
    today: date,
    referred_on: date | None = None,
    notified_on: date | None = None,
    key: uuid.UUID | None = None,
) -> MappaEntry:
    """A person came under MAPPA, in a category and at a level."""
    body = {
        "category": category,
        "level": level,
        "subject_to_notification": subject_to_notification,
        "registered_on": registered_on,
        "referred_on": referred_on,
        "notified_on": notified_on,
        "decision": decision,
        "lead_agency": lead_agency,
    }
    with operation("register_mappa", actor=actor, case=case, key=key, body=body) as entry:
        problems = _choice(category, MappaEntry.Category.values, "category", "Select the category")
        problems += _choice(level, MappaLevel.Level.values, "level", "Select the level")
        problems += _choice(
            subject_to_notification,
            MappaEntry.Answer.values,
            "subject_to_notification",
            "Answer whether the person is subject to notification requirements",
        )
        problems += _choice(decision, MappaEntry.Decision.values, "decision", "Select what was decided")
        problems += _choice(
            lead_agency, [one.value for one in LEADING], "lead_agency", "Select the lead agency"
        )
        refuse(problems)
        problems = mappa.category_problems(category, subject_to_notification)
        problems += mappa.level_problems(category, level)
        problems += mappa.referral_problems(category, referred_on, notified_on, registered_on, today)
        if decision == MappaEntry.Decision.NOT_ACCEPTED and category == mappa.NOTIFICATION:
            text = "Select another answer: nobody has to accept a person in category 1"
            problems.append(Problem(text, "decision", "category_1_is_automatic"))
        if MappaEntry.objects.current().filter(case=case).exists():
            problems.append(
                Problem("This person is in the register. Change the level there", code="registered")
            )
        refuse(problems)
        made = MappaEntry.objects.create(
            case=case,
            category=category,
            subject_to_notification=subject_to_notification,
            registered_on=registered_on,
            referred_on=referred_on,
            notified_on=notified_on,
            decision=decision,
            lead_agency=lead_agency,
            recorded_by=actor,
        )
        MappaLevel.objects.create(entry=made, level=level, from_on=registered_on, recorded_by=actor)
        entry.subject = f"mappa:{made.pk}"
    return made


def change_mappa_level(
    *,
    actor: User,
    mappa_entry: MappaEntry,
    level: int,
    from_on: date,
    reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> MappaEntry:
    """The person is managed at another level from a day on."""
    body = {"level": level, "from_on": from_on, "why": reason}
    with operation(
        "change_mappa_level",
        actor=actor,
        case=mappa_entry.case,
        root=mappa_entry,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _still_in(mappa_entry)
        present = mappa_entry.levels.first()
        problems = _choice(level, MappaLevel.Level.values, "level", "Select the level")
        problems += mappa.level_problems(mappa_entry.category, level)
        if present and present.level == level:
            problems.append(Problem("Select another level: this is the present one", "level", "same_level"))
        problems += dates.problems(from_on, field="from_on", what="the change", today=today)
        if present and from_on <= present.from_on:
            text = f"Enter a date for the change after {dates.words(present.from_on)}, when the present level began"
            problems.append(Problem(text, "from_on", "before_the_present_level"))
        if not reason.strip():
            problems.append(Problem("Enter why the level changes", "reason", "reason_missing"))
        refuse(problems)
        MappaLevel.objects.create(
            entry=mappa_entry, level=level, from_on=from_on, reason=reason, recorded_by=actor
        )
        entry.subject = f"mappa:{mappa_entry.pk}"
    return mappa_entry


def record_mappa_meeting(
    *,
    actor: User,
    mappa_entry: MappaEntry,
    held_on: date,
    level: int,
    kind: str,
    agencies: Collection[str],
    decisions: str,
    today: date,
    next_on: date | None = None,
    key: uuid.UUID | None = None,
) -> MappaMeeting:
    """A meeting about the person was held: which agencies took part, and what was decided."""
    body = {
        "entry": mappa_entry.pk,
        "held_on": held_on,
        "level": level,
        "kind": kind,
        "agencies": sorted(agencies),
        "decisions": decisions,
        "next_on": next_on,
    }
    with operation("record_mappa_meeting", actor=actor, case=mappa_entry.case, key=key, body=body) as entry:
        _still_in(mappa_entry)
        problems = dates.problems(held_on, field="held_on", what="the meeting", today=today)
        problems += not_before(
            held_on,
            "held_on",
            "the meeting",
            mappa_entry.referred_on or mappa_entry.notified_on or mappa_entry.registered_on,
            "when MAPPA was told of the person",
        )
        problems += _choice(level, MappaLevel.Level.values, "level", "Select the level of the meeting")
        problems += _choice(kind, MappaMeeting.Kind.values, "kind", "Select the kind of meeting")
        problems += mappa.agency_problems(agencies, Agency.values, "agencies")
        if not decisions.strip():
            problems.append(Problem("Enter what was decided", "decisions", "decisions_missing"))
        if next_on and held_on and next_on <= held_on:
            problems.append(
                Problem("Enter a date for the next meeting after this one", "next_on", "next_before_this")
            )
        refuse(problems)
        meeting = MappaMeeting.objects.create(
            entry=mappa_entry,
            held_on=held_on,
            level=level,
            kind=kind,
            agencies=sorted(agencies),
            decisions=decisions,
            next_on=next_on,
            recorded_by=actor,
        )
        entry.subject = f"mappa_meeting:{meeting.pk}"
    return meeting


def add_mappa_action(
    *,
    actor: User,
    meeting: MappaMeeting,
    text: str,
    agency: str,
    owner: User | None = None,
    by: date | None = None,
    key: uuid.UUID | None = None,
) -> MappaAction:
    """A meeting gave an agency, or one of our own staff, something to do."""
    body = {"meeting": meeting.pk, "text": text, "agency": agency, "owner": owner and owner.pk, "by": by}
    with operation("add_mappa_action", actor=actor, case=meeting.entry.case, key=key, body=body) as entry:
        _still_in(meeting.entry)
        problems = _choice(agency, Agency.values, "agency", "Select the agency that is to do it")
        if not text.strip():
            problems.append(Problem("Enter what is to be done", "text", "text_missing"))
        if owner and owner.council_id != meeting.entry.case.council_id:
            problems.append(Problem("Select somebody of this council", "owner", "owner_elsewhere"))
        if owner and agency != Agency.JUSTICE_SOCIAL_WORK:
            message = "Leave the member of staff empty: the action is another agency's"
            problems.append(Problem(message, "owner", "owner_of_another_agency"))
        if by and by < meeting.held_on:
            held = dates.words(meeting.held_on)
            problems.append(
                Problem(f"Enter a date on or after {held}, the day of the meeting", "by", "by_too_early")
            )
        refuse(problems)
        action = MappaAction.objects.create(
            meeting=meeting, text=text, agency=agency, owner=owner, by=by, recorded_by=actor
        )
        entry.subject = f"mappa_action:{action.pk}"
    return action


def complete_mappa_action(
    *,
    actor: User,
    action: MappaAction,
    done_on: date,
    outcome: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> MappaAction:
    """What a meeting asked for was done."""
    body = {"done_on": done_on, "outcome": outcome}
    with operation(
        "complete_mappa_action",
        actor=actor,
        case=action.meeting.entry.case,
        root=action,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        if action.done_on:
            refuse([Problem("This action is done already", code="done_already")])
        problems = dates.problems(done_on, field="done_on", what="the action", today=today)
        problems += not_before(
            done_on, "done_on", "the action", action.meeting.held_on, "the day of the meeting"
        )
        refuse(problems)
        action.done_on, action.outcome = done_on, outcome
        action.save()
        entry.subject = f"mappa_action:{action.pk}"
    return action


def end_mappa(
    *,
    actor: User,
    mappa_entry: MappaEntry,
    ended_on: date,
    end_reason: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> MappaEntry:
    """The person is no longer managed under MAPPA; the entry stays on the record."""
    body = {"ended_on": ended_on, "end_reason": end_reason}
    with operation(
        "end_mappa",
        actor=actor,
        case=mappa_entry.case,
        root=mappa_entry,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _still_in(mappa_entry)
        problems = dates.problems(ended_on, field="ended_on", what="the end", today=today)
        latest = mappa_entry.levels.first()
        began = latest.from_on if latest else mappa_entry.registered_on
        problems += not_before(ended_on, "ended_on", "the end", began, "when the present level began")
        problems += _choice(end_reason, MappaEntry.EndReason.values, "end_reason", "Select why it ended")
        refuse(problems)
        mappa_entry.ended_on, mappa_entry.end_reason = ended_on, end_reason
        mappa_entry.save()
        entry.subject = f"mappa:{mappa_entry.pk}"
    return mappa_entry


def _still_in(mappa_entry: MappaEntry) -> None:
    if mappa_entry.ended_on:
        refuse([Problem("This entry has ended. Register the person again to go on", code="ended")])


def _choice(given: object, known: Collection[object], field: str, text: str) -> list[Problem]:
    return [] if given in known else [Problem(text, field, f"{field}_missing")]

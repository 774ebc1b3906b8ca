"""Who is to be told of what, once: a notice in the application, and one message a morning without personal data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from cases import jobs
from cases.models import Allocation, Case, Cover, Limit, Notice, Opening, Role, Stop, Timescale, User

# What fell due longer ago is history (an import brings years of it), and is on the overdue list for whoever looks.
OVERDUE_REACH = timedelta(days=14)
DUE_SOON = timedelta(days=5)


def claim_notices(council: int, on: date) -> int:
    """Write a notice for each newly overdue or soon due timescale; the unique row is the right to tell. Safe twice."""
    open_rows = Timescale.objects.filter(council=council, lapsed=False).open(on)
    overdue = open_rows.filter(due_on__lt=on, due_on__gte=on - OVERDUE_REACH).without_notice("overdue")
    soon = open_rows.filter(due_on__range=(on, on + DUE_SOON)).without_notice("due_soon")
    limits = Limit.objects.filter(person__council=council).values_list("kind", "person_id", "user_id")
    named: dict[str, set[tuple[int, int]]] = {kind: set() for kind in Limit.Kind.values}
    for limit, person, user in limits:
        named[limit].add((person, user))
    covers: dict[int, list[int]] = {}
    for worker, by in Cover.objects.filter(worker__council=council).on(on).values_list("worker_id", "by_id"):
        covers.setdefault(worker, []).append(by)
    managers: dict[int, list[int]] = {}
    leaders = User.objects.filter(council=council, role=Role.FIRST_LINE_MANAGER, is_active=True)
    for user, team in leaders.values_list("pk", "team_id"):
        managers.setdefault(team, []).append(user)
    rows = []
    working = set(User.objects.filter(council=council, is_active=True).values_list("pk", flat=True))
    for kind, timescales in (("overdue", overdue), ("due_soon", soon)):
        for row in timescales.select_related("case__person").iterator():
            person = row.case.person
            # Who covers is told of what they may see: a restricted person's record only where they are named.
            told = {row.worker_id}.union(
                by
                for by in covers.get(row.worker_id, ())
                if not person.restricted or (person.pk, by) in named[Limit.Kind.PERMITTED]
            )
            if kind == "overdue" and row.team_id:
                told.update(managers.get(row.team_id, ()))
            rows += [
                Notice(
                    kind=kind,
                    recipient_id=user,
                    case_id=row.case_id,
                    subject=row.subject,
                    clause=row.clause,
                    occurrence=row.occurrence,
                    due_on=row.due_on,
                )
                for user in sorted(told & working)
                if (person.pk, user) not in named[Limit.Kind.EXCLUDED]
            ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def send_messages(council: int, at: datetime) -> int:
    """One message to each person with notices not yet sent: how many, no names. Claimed first, then sent.

    Whoever marks the notices sends the message, so that two runs, or one run twice, send it once. A worker
    killed between the two sends nothing: the notices themselves are in the application all the same.
    """
    unsent = Notice.objects.filter(recipient__council=council, sent_at=None, kind__in=("overdue", "due_soon"))
    sent = 0
    for user in User.objects.filter(pk__in=unsent.values("recipient"), is_active=True):
        waiting = unsent.filter(recipient=user)
        overdue = waiting.filter(kind="overdue").count()
        soon = waiting.filter(kind="due_soon").count()
        if not waiting.update(sent_at=at):
            continue
        EmailMessage(
            subject=f"Justice social work: {overdue} overdue, {soon} due soon",
            body=(
                f"New since the last message: {overdue} overdue and {soon} due within five days.\n\n"
                f"Sign in to see them: {settings.SITE_ADDRESS}\n\n"
                "This message holds no details of anybody. Do not reply to it.\n"
            ),
            to=[user.email],
        ).send()
        sent += 1
    return sent


def tell_of_opening(opening: Opening, case: Case) -> None:
    """Tell those who answer for a restricted record at once that somebody opened it with a reason.

    They are the first line managers of the teams that hold the case, or held it to the end; where there is none to
    tell, the senior managers. Who opened it and who is excluded from it are not among them.
    """
    teams = Allocation.objects.filter(Q(to_on=None) | Q(to_on=case.closed_on), case=case).values("team")
    excluded = Limit.objects.filter(person=opening.person_id, kind=Limit.Kind.EXCLUDED).values("user")
    staff = User.objects.filter(council=case.council_id, is_active=True).exclude(pk=opening.user_id)
    staff = staff.exclude(pk__in=excluded)
    told = list(staff.filter(role=Role.FIRST_LINE_MANAGER, team__in=teams)) or list(
        staff.filter(role=Role.SENIOR_MANAGER)
    )
    for user in told:
        Notice.objects.create(
            kind="opened",
            recipient=user,
            case=case,
            subject=f"opening:{opening.pk}",
            occurrence=1,
            due_on=timezone.localdate(opening.opened_at),
        )
    if told:
        jobs.ask(
            "tell_of_opening",
            f"opening {opening.pk}",
            arguments={"opening": opening.pk},
            council=case.council,
        )


def send_opening_messages(opening: int, at: datetime) -> int:
    """The message to each who was told of an opening, without personal data. Claimed first, then sent, as above."""
    sent = 0
    unsent = Notice.objects.filter(kind="opened", subject=f"opening:{opening}", sent_at=None)
    for notice in unsent.filter(recipient__is_active=True).select_related("recipient"):
        if not _claimed(notice, at):
            continue
        EmailMessage(
            subject="Justice social work: a restricted record was opened with a reason",
            body=(
                "Somebody opened a restricted record that you answer for, and gave a reason.\n\n"
                f"Sign in to see who and why, and to review it: {settings.SITE_ADDRESS}\n\n"
                "This message holds no details of anybody. Do not reply to it.\n"
            ),
            to=[notice.recipient.email],
        ).send()
        sent += 1
    return sent


def _claimed(notice: Notice, at: datetime) -> bool:
    """Take the right to send its message; False where another run, or this one before it died, took it."""
    return bool(Notice.objects.filter(pk=notice.pk, sent_at=None).update(sent_at=at))


def _send_once(kind: str, subject: str, user: User, on: date, at: datetime, *, title: str, body: str) -> bool:
    """A message that is about no case, once however often its job dies: its row is the right to send it."""
    notice, _ = Notice.objects.get_or_create(
        kind=kind, recipient=user, subject=subject, clause="", occurrence=1, due_on=on
    )
    if not _claimed(notice, at):
        return False
    EmailMessage(subject=f"Justice social work: {title}", body=body, to=[user.email]).send()
    return True


def send_of_stop(key: int, at: datetime) -> int:
    """One message to whoever answers for somebody who was stopped: their manager, or the council's, and governance."""
    stop = Stop.objects.select_related("user", "council").get(pk=key)
    staff = User.objects.filter(council=stop.council, is_active=True).exclude(pk=stop.user_id)
    managers = staff.filter(role=Role.FIRST_LINE_MANAGER, team=stop.user.team_id, team__isnull=False)
    told = list(managers) or list(staff.filter(role=Role.SENIOR_MANAGER))
    told += staff.filter(role=Role.INFORMATION_GOVERNANCE)
    on = timezone.localdate(stop.at)
    body = (
        "A member of staff was stopped because they looked at many records outside their own caseload and "
        "team.\n\n"
        f"Sign in to see who and when: {settings.SITE_ADDRESS}/exports/\n\n"
        "This message holds no details of anybody. Do not reply to it.\n"
    )
    title = "somebody looked at many records outside their own work"
    sent = [_send_once("stopped", f"stop:{key}", user, on, at, title=title, body=body) for user in told]
    return sum(sent)


# ---------------------------------------------------------------- how somebody signs in


@dataclass(frozen=True)
class SignInChange:
    """What changed of how somebody signs in, in words; and whether information governance is told as well."""

    words: str
    governance: bool = False


SIGN_IN_CHANGES: Final = {
    "password_given": SignInChange("a new password was given", governance=True),
    "second_step_taken": SignInChange("the second step was taken away", governance=True),
    "role_agreed": SignInChange("another role was agreed to", governance=True),
    "account_opened": SignInChange("the account was opened, as a second person agreed", governance=True),
    "account_reopened": SignInChange("the account was opened again", governance=True),
    "password_changed": SignInChange("the password was changed"),
    "app_added": SignInChange("an app was added as second step"),
    "app_removed": SignInChange("the app was removed as second step"),
    "key_added": SignInChange("a security key was added as second step"),
    "key_removed": SignInChange("a security key was removed as second step"),
    "codes_made": SignInChange("new recovery codes were made"),
}


# What to do about it, for whoever reads the message.
IF_NOT_YOU: Final = (
    "If it was not you, somebody else may be signed in as you. Tell an administrator or information governance at "
    "once, by telephone or in person. Then change your password under Your sign-in, and sign out everywhere else.\n"
)
IF_NOT_EXPECTED: Final = (
    "If you did not expect this, tell information governance or another administrator than the one who did it at once, "
    "by telephone or in person.\n"
)
IF_NOT_MEANT: Final = (
    "Make sure that it was meant: ask the owner of the account, by telephone or in person. If it was not, have another "
    "administrator than the one who did it close the account.\n"
)


def tell_of_sign_in(what: str, user: User, by: User) -> None:
    """Have the owner of an account told at once how it was changed, as part of the change itself."""
    if what not in SIGN_IN_CHANGES:
        raise ValueError(f"no such change: {what}")
    jobs.ask(
        "tell_of_sign_in",
        uuid.uuid4().hex,
        arguments={"what": what, "user": user.pk, "by": by.pk},
        council=user.council,
    )


def send_of_sign_in(key: str, what: str, user: int, by: int, happened: datetime, at: datetime) -> int:
    """The message to the owner of the account, closed or not, and to information governance where they are told.

    It names the account and the colleague, since without these nobody could say whether it was meant; nobody else.
    """
    change, owner, actor = SIGN_IN_CHANGES[what], User.objects.get(pk=user), User.objects.get(pk=by)
    when = timezone.localtime(happened)
    own = actor.pk == owner.pk
    who = "yourself" if own else f"{actor.name}, {actor.get_role_display()}"

    def tell(reader: User, whose: str, title: str, remedy: str) -> bool:
        body = (
            f"What happened: {change.words}.\nWhose account: {whose}.\n"
            f"When: {when:%-d %B %Y at %H:%M}, Scotland's time.\nBy: {who}.\n\n"
            f"{remedy}\nDo not reply to this message.\n"
        )
        return _send_once("sign_in", f"sign_in:{key}", reader, when.date(), at, title=title, body=body)

    sent = int(tell(owner, "yours", "your sign-in was changed", IF_NOT_YOU if own else IF_NOT_EXPECTED))
    if change.governance:
        officers = User.objects.filter(
            council=owner.council, role=Role.INFORMATION_GOVERNANCE, is_active=True
        )
        whose = f"{owner.name}, {owner.get_role_display()}"
        for officer in officers.exclude(pk=owner.pk):
            sent += tell(officer, whose, "a colleague's sign-in was changed", IF_NOT_MEANT)
    return sent

"""The night's reading of the log of looks: what a manager is to ask about (justice.domain.looking).

Its use is what the law lets a log be used for: whether looking was lawful, and the security of the records (Data
Protection Act 2018, s.62(4)). It is never counted as work done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from cases.governance import between
from cases.models import Allocation, Case, Consultation, Entry, RefusedLook, UnusualLooking, User
from justice.domain.looking import DAYS_BACK, Day, Look, Member, Subject, Usual, findings, usual_of

HELD_LATELY: Final = timedelta(days=90)
SHOWN: Final = 50  # cases of one finding


def looks_between(council: int, begins: datetime, ends: datetime) -> list[Look]:
    """Looks at single records. What a list or a search shows is not chosen, and says nothing of whom one looks for."""
    zone = timezone.get_default_timezone()
    rows = Consultation.objects.filter(council=council, at__gte=begins, at__lt=ends, case__isnull=False)
    return [
        Look(user, at.astimezone(zone), case, basis)
        for user, at, case, basis in rows.values_list("user", "at", "case", "basis").iterator(chunk_size=5000)
    ]


def the_day(council: int, on: date, earlier: Iterable[Look]) -> Day:
    """All that is known of a day beside its looks."""
    days: dict[int, dict[date, list[Look]]] = defaultdict(lambda: defaultdict(list))
    before: dict[tuple[int, int], set[date]] = defaultdict(set)
    for look in earlier:
        days[look.user][look.at.date()].append(look)
        before[look.user, look.case].add(look.at.date())
    begins, ends = between(on, on)
    people = Case.objects.filter(council=council).values_list(
        "pk", "person__family_name", "person__restricted"
    )
    held = Allocation.objects.filter(Q(to_on=None) | Q(to_on__gte=on - HELD_LATELY), case__council=council)
    worked = Entry.objects.filter(
        council=council, at__gte=begins - timedelta(days=DAYS_BACK), at__lt=ends, case__isnull=False
    ).exclude(operation="open_restricted_record")  # which is looking, and no work
    refused: dict[int, set[tuple[str, str]]] = defaultdict(set)
    asked = RefusedLook.objects.filter(council=council, at__gte=begins, at__lt=ends)
    for user, page, key in asked.values_list("user", "page", "asked"):
        refused[user].add((page, key))
    return Day(
        on=on,
        staff={
            key: Member(name.split()[-1] if name.strip() else "", team)
            for key, name, team in User.objects.filter(council=council).values_list("pk", "name", "team")
        },
        people={key: Subject(name, restricted) for key, name, restricted in people},
        usual={user: usual_of(own) if own else Usual() for user, own in days.items()},
        linked=frozenset(held.filter(worker__isnull=False).values_list("worker", "case"))
        | frozenset(worked.values_list("actor", "case")),
        before={key: frozenset(on_days) for key, on_days in before.items()},
        refused={user: len(keys) for user, keys in refused.items()},
    )


def find(council: int, on: date, at: datetime) -> int:
    """Write down what of a day is to be asked about; how much of it is new. Safe to repeat."""
    begins, ends = between(on, on)
    earlier = looks_between(council, begins - timedelta(days=DAYS_BACK), begins)
    made = 0
    for one in findings(looks_between(council, begins, ends), the_day(council, on, earlier)):
        _, new = UnusualLooking.objects.get_or_create(
            user_id=one.user,
            on=one.on,
            found=one.found,
            defaults={
                "council_id": council,
                "cases": list(one.cases[:SHOWN]),
                "count": one.count,
                "found_at": at,
            },
        )
        made += new
    return made

"""For whoever answers for information governance: who looked at whom, and what one account saw and took away.

They see who somebody is and what was done with the record, and nothing that is in it. They ask about a person, or about
a member of staff and days: everything at once is shown to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.models import Case, Consultation, Entry, Role, User
from cases.models.cases import CaseQuerySet
from cases.permissions import ABOUT_VICTIMS
from justice.domain.trail import Lawful, of_look

LONGEST: Final = timedelta(days=366)
SHOWN: Final = 20  # people that one search finds


def identities(user: User) -> CaseQuerySet:
    """The people whose record may be asked about: every one of the council, by name and reference alone."""
    cases: CaseQuerySet = Case.objects.select_related("person")
    if user.role != Role.INFORMATION_GOVERNANCE or not user.is_active:
        return cases.none()
    return cases.filter(council=user.council_id)


def find(user: User, text: str) -> list[Case]:
    """People by their whole reference, or by how their names begin."""
    asked = Q(person__reference__iexact=text.strip())
    words = Q()
    for word in text.split():
        words &= Q(person__family_name__istartswith=word) | Q(person__given_name__istartswith=word)
    found = identities(user).filter(asked | words if words else asked)
    return list(found.order_by("person__family_name", "person__given_name", "pk")[:SHOWN])


def changes_of(user: User, case: Case) -> QuerySet[Entry]:
    """The changes made to a record that may be asked about; nothing of what victims said, or that there is any."""
    rows = Entry.objects.filter(case__in=identities(user), case=case)
    return rows.exclude(operation__in=ABOUT_VICTIMS)


def between(since: date, until: date) -> tuple[datetime, datetime]:
    """From the beginning of a day to the end of another, in Scotland."""
    zone = timezone.get_default_timezone()
    return datetime.combine(since, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone)


def looks_by(user: User, member: User, since: date, until: date) -> QuerySet[Consultation]:
    begins, ends = between(since, until)
    rows = Consultation.objects.visible_to(user).filter(user=member)
    return rows.filter(at__gte=begins, at__lt=ends)


# ---------------------------------------------------------------- an account that was misused


@dataclass
class Seen:
    """Somebody whose record one account saw: when, how often, and how."""

    case: int
    first: datetime
    last: datetime
    times: int = 0
    ways: set[str] = field(default_factory=set)
    reference: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        labels = dict(Consultation.Kind.choices)
        return ", ".join(sorted(labels[way] for way in self.ways))


def seen_by(user: User, member: User, since: date, until: date) -> list[Seen]:
    """Everybody the account was shown, alone or in a list, each once; the first seen first."""
    rows = looks_by(user, member, since, until).order_by("at", "pk")
    found: dict[int, Seen] = {}
    for at, kind, case, cases in rows.values_list("at", "kind", "case", "cases").iterator():
        for key in {*cases, *([case] if case else [])}:
            one = found.setdefault(key, Seen(key, at, at))
            one.last, one.times = at, one.times + 1
            one.ways.add(kind)
    for about in _in_parts(user, found):
        found[about.pk].reference, found[about.pk].name = about.person.reference, about.person.name
    return list(found.values())


def _in_parts(user: User, keys: Iterable[int], part: int = 500) -> Iterable[Case]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), part):
        yield from identities(user).filter(pk__in=wanted[start : start + part])


def taken_by(user: User, member: User, since: date, until: date) -> list[Consultation]:
    """The files and documents the account took away, and what it disclosed."""
    rows = looks_by(user, member, since, until).order_by("at", "pk")
    away = [kind for kind in Consultation.Kind.values if of_look(kind) == Lawful.DISCLOSURE]
    return list(rows.filter(Q(kind__in=away) | ~Q(recipient="")))


def changes_by(user: User, member: User, since: date, until: date) -> int:
    begins, ends = between(since, until)
    rows = Entry.objects.filter(actor=member, council=user.council_id, at__gte=begins, at__lt=ends)
    return rows.count()


# ---------------------------------------------------------------- words


_HUMPS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def page_words(page: str) -> str:
    """A page of the log as people read it. Those about victims are one: which of them would say that there is one."""
    if "victim" in page.lower():
        return "Victim information"
    words = _HUMPS.sub(" ", page).replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:].lower()

"""People found by what is typed: any spelling of a name, date of birth, postcode or reference, likeliest first.

The index is two derived tables (cases.models.search), the same on SQLite and PostgreSQL; the order is worked out in
Python, in cases.matching, so that it is the same too. Why: justice/decisions/18-search.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import F, Prefetch

from cases import matching
from cases.matching import Asked, Known, Likeness
from cases.models import Address, Alert, Alias, Allocation, Case, Council, Person, SearchWord, Spelling, User
from cases.typed import asked_in

SHOWN = 25  # people found by one search: more means that the search should say more
# Who is looked at closely, of those that the index gives: enough that nobody who belongs in the first 25 is left out.
CLOSELY = 100
# The council's people that one search considers, whoever may see them: more than bear the commonest name of a nation.
CONSIDERED = 20_000
# How much less likely than the likeliest somebody may be and still be shown: nobody is shown without need.
BEHIND = 0.35
LEAST = 0.3
# Where somebody at least this likely is found, nobody less likely than that is looked for.
LIKELY, UNLIKELY = 0.75, 0.55
A_LITTLE = 0.1  # by which a closer look may lower what the index promised
BATCH = 500

Model = Callable[[str, str], Any]
Insert = Callable[[list[Any]], object]


# --- The index ---------------------------------------------------------------------------------------------------


def derived_words(people: Sequence[int], model: Model = apps.get_model) -> dict[int, set[str]]:
    """Everything these people are found by, from what is recorded of them: six queries whatever their number.

    `model` gives a model by its app and name: in a migration, as it was then.
    """
    found: dict[int, set[str]] = {}
    names = ("given_name", "family_name")
    rows = model("cases", "Person").objects.filter(pk__in=people)
    for pk, reference, *name in rows.values_list("pk", "reference", *names):
        found[pk] = {*matching.words_of(*name), f"#{matching.squeezed(reference)}"}
    for pk, *name in model("cases", "Alias").objects.filter(person__in=people).values_list("person", *names):
        found[pk].update(matching.words_of(*name))
    addresses = model("cases", "Address").objects.filter(person__in=people).exclude(postcode="")
    for pk, postcode in addresses.values_list("person", "postcode"):
        found[pk].update(f"@{key}" for key in matching.postcode_keys(postcode))
    for label in settings.SEARCHED_REFERENCES:
        try:
            referred = model(*label.split(".")).objects.filter(case__person__in=people)
        except LookupError:  # a migration of before there was this table
            continue
        for pk, reference in referred.values_list("case__person", "reference"):
            found[pk].add(f"#{matching.squeezed(reference)}")
    return {
        pk: {word for word in words if 0 < len(word.lstrip("@#")) <= matching.LONGEST}
        for pk, words in found.items()
    }


def _create(rows: list[Any]) -> None:
    if rows:
        type(rows[0]).objects.bulk_create(rows, batch_size=1000)


def refresh(people: Sequence[int], *, insert: Insert = _create, model: Model = apps.get_model) -> int:
    """Make what these people are found by what is recorded of them; return for how many it was not.

    The only writer of the index. A second call changes nothing. `insert` saves new rows, many at a time.
    """
    moved = 0
    for start in range(0, len(people), BATCH):
        batch = people[start : start + BATCH]
        council_of = dict(model("cases", "Person").objects.filter(pk__in=batch).values_list("pk", "council"))
        new: list[Any] = []
        gone: list[int] = []
        words: dict[int, set[str]] = defaultdict(set)
        word_model = model("cases", "SearchWord")
        for person, added, removed in _differences(batch, model):
            council = council_of[person]
            new += [word_model(council_id=council, person_id=person, word=word) for word in sorted(added)]
            gone += removed.values()
            words[council].update(word for word in added if word[0] not in "@#")
            moved += 1
        word_model.objects.filter(pk__in=gone).delete()
        insert(new)
        for council, spelt in words.items():
            _spell(council, spelt, model)
    return moved


def _differences(people: Sequence[int], model: Model) -> Iterator[tuple[int, set[str], dict[str, int]]]:
    """For whom stored and derived are not equal: the words that are missing, and those too many with their keys."""
    stored: dict[int, dict[str, int]] = defaultdict(dict)
    rows = model("cases", "SearchWord").objects.filter(person__in=people)
    for pk, person, word in rows.values_list("pk", "person", "word"):
        stored[person][word] = pk
    for person, words in derived_words(people, model).items():
        was = stored[person]
        if words != was.keys():
            yield person, words - was.keys(), {word: was[word] for word in was.keys() - words}


def _spell(council: int, words: set[str], model: Model) -> None:
    """Keep the spellings of words that are new to the council. Two at once may: the second adds nothing."""
    spelling = model("cases", "Spelling")
    known = spelling.objects.filter(council=council, key__in=words, word=F("key")).values_list(
        "word", flat=True
    )
    new = [
        spelling(council_id=council, key=key, word=word)
        for word in sorted(words - set(known))
        for key in sorted(matching.spellings(word))
    ]
    spelling.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)


def check(people: Sequence[int]) -> list[int]:
    """Whose stored words differ from what is recorded of them; empty unless somebody wrote round an operation."""
    return [
        person
        for start in range(0, len(people), BATCH)
        for person, _, _ in _differences(people[start : start + BATCH], apps.get_model)
    ]


def check_spellings(council: int) -> tuple[set[str], set[str]]:
    """The words of the council's names that lack a spelling, and the words spelt that nobody bears any longer."""
    stored: dict[str, set[str]] = defaultdict(set)
    for word, key in Spelling.objects.filter(council=council).values_list("word", "key").iterator():
        stored[word].add(key)
    words = SearchWord.objects.filter(council=council).values_list("word", flat=True).distinct()
    borne = {word for word in words.iterator() if word[0] not in "@#"}
    return {word for word in borne if stored[word] != matching.spellings(word)}, stored.keys() - borne


def let_go(council: int, words: set[str]) -> None:
    """Forget how these words may be typed: a name that nobody bears any longer is nobody's to keep."""
    rows = Spelling.objects.filter(council=council)
    gone = [pk for pk, word in rows.values_list("pk", "word").iterator() if word in words]
    for start in range(0, len(gone), BATCH):
        rows.filter(pk__in=gone[start : start + BATCH]).delete()


def rebuild(council: Council) -> int:
    """Make the whole index of a council what is recorded; return for how many people it was not."""
    people = list(Person.objects.filter(council=council).order_by("pk").values_list("pk", flat=True))
    moved = refresh(people)
    wrong, unborne = check_spellings(council.pk)
    let_go(council.pk, wrong | unborne)
    _spell(council.pk, wrong, apps.get_model)
    return moved


# --- Finding -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """Somebody found: the case to open, the person, why, and the name or alias that is like what was typed."""

    case: Case
    person: Person
    reason: str
    matched_name: str


@dataclass(frozen=True)
class Found:
    """The likeliest first. `more`: there were others no less likely to be meant, so the search should say more."""

    rows: list[Hit]
    more: bool


@dataclass(slots=True)
class _Rough:
    """How like a person is by the index alone: the best likeness to each word typed, and what else is theirs."""

    words: list[float]
    born: float = 0.0
    lives: float = 0.0
    certain: bool = False


def find(user: User, text: str, on: date) -> Found:
    """Those the user may see whom the text may mean, the likeliest first and of the same likelihood the open cases.

    Twelve queries at most, whatever the number of people.
    """
    asked = asked_in(text, on)
    council = user.council_id
    if asked.nothing or council is None:
        return Found([], False)
    seen = _seen(user, asked, _roughly(council, asked))
    known = known_of(list(seen), asked)
    likes = {person: matching.likeness(asked, one) for person, one in known.items()}
    best = max((like.share for like in likes.values()), default=0.0)
    ranked = [person for person, like in likes.items() if like.share >= max(LEAST, best - BEHIND)]
    ranked.sort(
        key=lambda person: (
            -likes[person].share,
            not likes[person].by_reference,
            seen[person].closed,
            known[person].key,
            known[person].reference,
        )
    )
    shown = ranked[:SHOWN]
    cases = _to_show([seen[person].case for person in shown]) if shown else {}
    hits = [
        Hit(cases[person], cases[person].person, likes[person].reason, likes[person].name) for person in shown
    ]
    return Found(hits, len(ranked) > SHOWN)


def _to_show(keys: list[int]) -> dict[int, Case]:
    """These cases by their people, with who holds each now and what whoever meets the person must know."""
    held = Allocation.objects.filter(subject="", to_on=None).select_related("worker", "team")
    alerts = Alert.objects.filter(to_on=None)
    cases = (
        Case.objects.filter(pk__in=keys)
        .select_related("person")
        .prefetch_related(
            Prefetch("allocations", held, to_attr="held"),
            Prefetch("person__alerts", alerts, to_attr="current_alerts"),
        )
    )
    return {case.person_id: case for case in cases}


def _roughly(council: int, asked: Asked) -> dict[int, float]:
    """People of the council who may be meant, each with how like they are by the index alone.

    Three queries over the index and the dates of birth, whoever may see the people: only keys are read.
    """
    wanted = _wanted(council, asked)
    blank = [matching.SAME_INITIAL if len(word) == 1 else 0.0 for word in asked.words]  # initials: see _seen
    found: dict[int, _Rough] = {}
    rows = SearchWord.objects.filter(council=council, word__in=wanted)
    for person, found_by in rows.values_list("person", "word").iterator(chunk_size=5000):
        rough = found.get(person)
        if rough is None:
            rough = found[person] = _Rough(blank.copy())
        if found_by[0] == "#":
            rough.certain = True
        elif found_by[0] == "@":
            rough.lives = 1.0
        else:
            for at, share in wanted[found_by]:
                if share > rough.words[at]:
                    rough.words[at] = share
    if asked.born:
        near = matching.births_near(asked.born)
        born = Person.objects.filter(council=council, date_of_birth__in=near)
        for person, day in born.values_list("pk", "date_of_birth"):
            found.setdefault(person, _Rough(blank.copy())).born = near[day][0]
    # What a word, the date and the postcode add: worked out once and not for each of twenty thousand people.
    name = matching.weighed(asked, 1, 0, 0) / max(len(asked.words), 1)
    birth, home = matching.weighed(asked, 0, 1, 0), matching.weighed(asked, 0, 0, 1)
    return {
        person: 1.0 if rough.certain else name * sum(rough.words) + birth * rough.born + home * rough.lives
        for person, rough in found.items()
    }


def _wanted(council: int, asked: Asked) -> dict[str, list[tuple[int, float]]]:
    """The words of the index to look for, each with which words typed it is like, and how like.

    A pair of words typed may be one word of the name; it then stands for both.
    """
    singles: list[tuple[str, tuple[int, ...]]] = [(word, (at,)) for at, word in enumerate(asked.words)]
    pairs = [(matching.fold(one + two), (at, at + 1)) for at, (one, two) in enumerate(pairwise(asked.words))]
    typed = [(word, places) for word, places in (*singles, *pairs) if len(word) > 1]
    by_key: dict[str, list[tuple[str, tuple[int, ...]]]] = defaultdict(list)
    for word, places in typed:
        for key in matching.asked_spellings(word):
            by_key[key].append((word, places))
    wanted: dict[str, list[tuple[int, float]]] = {f"@{postcode}": [] for postcode in asked.postcodes}
    wanted |= {f"#{reference}": [] for reference in asked.references}
    for word, places in typed:
        wanted[word] = [(at, 1.0) for at in places]
    spelt = Spelling.objects.filter(council=council, key__in=by_key)
    for word in {word for _, word in spelt.values_list("key", "word")}:
        shares = [(at, matching.word_share(one, word)) for one, places in typed for at in places]
        if any(share for _, share in shares):
            wanted[word] = [(at, share) for at, share in shares if share]
    return wanted


@dataclass(frozen=True)
class _Seen:
    """The case by which the user may see somebody: the open one, else the newest."""

    case: int
    closed: bool
    rough: float
    name: str


def _seen(user: User, asked: Asked, rough: Mapping[int, float]) -> dict[int, _Seen]:
    """The likeliest of these people whom the user may see, each with one case, in no order.

    The many with one word in common are asked for only if nobody likely is found. That turns on those whom the user
    may see alone: a name that is hidden from the user goes the same way as one that nobody bears.
    """
    considered = nsmallest(CONSIDERED, rough, key=lambda person: (-rough[person], person))
    first = bisect_right(considered, -UNLIKELY, key=lambda person: -rough[person])
    found = _visible(user, asked, considered[:first], rough)
    if max((one.rough for one in found.values()), default=0.0) < LIKELY:
        found |= _visible(user, asked, considered[first:], rough)
    least = max((one.rough for one in found.values()), default=0.0) - BEHIND - A_LITTLE
    close = nsmallest(
        CLOSELY,
        (person for person, one in found.items() if one.rough >= least),
        key=lambda person: (-found[person].rough, found[person].closed, found[person].name, person),
    )
    return {person: found[person] for person in close}


def _visible(user: User, asked: Asked, people: Sequence[int], rough: Mapping[int, float]) -> dict[int, _Seen]:
    # Nobody has the key 0. It is asked for all the same, so that what is hidden and what is not there take as many
    # queries.
    rows = Case.objects.visible_to(user).filter(person__in=people or [0])
    initials = [word for word in asked.words if len(word) == 1]
    found: dict[int, _Seen] = {}
    for person, case, closed_on, name in rows.values_list("person", "pk", "closed_on", "person__name_key"):
        share = rough[person]
        if initials:  # of which the index knows nothing
            firsts = {word[0] for word in name.split()}
            wrong = sum(initial not in firsts for initial in initials)
            share -= matching.NAME * matching.SAME_INITIAL * wrong / len(asked.words)
        one = _Seen(case, closed_on is not None, share, name)
        if person not in found or (one.closed, -one.case) < (found[person].closed, -found[person].case):
            found[person] = one
    return found


def known_of(people: Sequence[int], asked: Asked) -> dict[int, Known]:
    """What is known of these people that bears on what was asked."""
    rows = Person.objects.filter(pk__in=people)
    basic = {
        pk: (reference, key, f"{given} {family}", born)
        for pk, reference, key, given, family, born in rows.values_list(
            "pk", "reference", "name_key", "given_name", "family_name", "date_of_birth"
        )
    }
    names = {pk: [(written, tuple(key.split()))] for pk, (_, key, written, _) in basic.items()}
    aliases = Alias.objects.filter(person__in=people).order_by("pk")
    for pk, given, family, key in aliases.values_list("person", "given_name", "family_name", "name_key"):
        names[pk].append((f"{given} {family}".strip(), tuple(key.split())))
    lives: dict[bool, dict[int, set[str]]] = {True: defaultdict(set), False: defaultdict(set)}
    if asked.postcodes:
        addresses = Address.objects.filter(person__in=people)
        for pk, postcode, to_on in addresses.values_list("person", "postcode", "to_on"):
            lives[to_on is None][pk] |= matching.postcode_keys(postcode)
    references = [f"#{reference}" for reference in asked.references]
    referred: dict[int, set[str]] = defaultdict(set)
    for pk, word in SearchWord.objects.filter(person__in=people, word__in=references).values_list(
        "person", "word"
    ):
        referred[pk].add(word[1:])
    return {
        pk: Known(
            names=tuple(names[pk]),
            born=born,
            lives=frozenset(lives[True][pk]),
            lived=frozenset(lives[False][pk]),
            reference=matching.squeezed(reference),
            references=frozenset(referred[pk]),
            key=key,
        )
        for pk, (reference, key, _, born) in basic.items()
    }


def people_like(
    council: Council, given_name: str, family_name: str, born: date
) -> list[tuple[Person, Likeness]]:
    """Everybody of the council who may be this person, likeliest first, whoever may see them."""
    asked = Asked(words=tuple(matching.name_key(given_name, family_name).split()), born=born)
    rough = _roughly(council.pk, asked)
    close = [person for person, share in rough.items() if share >= matching.A_DUPLICATE]
    likes = {pk: matching.likeness(asked, known) for pk, known in known_of(close, asked).items()}
    alike = sorted(
        (pk for pk, like in likes.items() if like.share >= matching.A_DUPLICATE),
        key=lambda pk: (-likes[pk].share, pk),
    )
    people = Person.objects.in_bulk(alike)
    return [(people[pk], likes[pk]) for pk in alike]

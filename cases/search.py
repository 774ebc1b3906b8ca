"""People found by what is typed: any spelling of a name, date of birth, postcode or reference, likeliest first.

The index is two derived tables (cases.models.search), the same on SQLite and PostgreSQL; the order is worked out in
Python, in cases.matching, so that it is the same too. Why: justice/decisions/18-search.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import F, Prefetch, prefetch_related_objects

from cases import matching
from cases.matching import Asked, Known, Likeness
from cases.models import Alert, Alias, Allocation, Case, Council, Person, SearchWord, Spelling, User
from cases.typed import asked_in

SHOWN = 25  # people found by one search: more means that the search should say more
# Who is looked at closely, of those that the index gives: enough that nobody who belongs in the first 25 is left out.
CLOSELY = 100
# The council's people that one search considers, whoever may see them: more than bear the commonest name of a nation.
CONSIDERED = 20_000
# How much less likely than the likeliest somebody may be and still be shown: nobody is shown without need.
BEHIND = 0.35
LEAST = 0.3
BATCH = 500
READ = ("aliases", "addresses", "search_words")  # of a person, to say how like they are

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


@dataclass
class _Rough:
    """How like a person is by the index alone: the best likeness to each word typed, and what else is theirs."""

    words: list[float]
    born: float = 0.0
    lives: float = 0.0
    certain: bool = False

    def share(self, asked: Asked) -> float:
        name = sum(self.words) / len(self.words) if self.words else 0.0
        return 1.0 if self.certain else matching.weighed(asked, name, self.born, self.lives)


def find(user: User, text: str, on: date) -> Found:
    """Those the user may see whom the text may mean, the likeliest first and of the same likelihood the open cases.

    Ten queries at most. A name that is known but not to this user takes the same ones as a name that nobody bears.
    """
    asked = asked_in(text, on)
    council = user.council_id
    if asked.nothing or council is None:
        return Found([], False)
    ranked = [
        (like, case)
        for case in _closely(user, asked, _roughly(council, asked))
        if (like := matching.likeness(asked, _known(case.person))).share >= LEAST
    ]
    ranked.sort(key=_order)
    ranked = [pair for pair in ranked if pair[0].share >= ranked[0][0].share - BEHIND]
    shown = ranked[:SHOWN]
    prefetch_related_objects(
        [case for _, case in shown],
        Prefetch(
            "allocations",
            Allocation.objects.filter(subject="", to_on=None).select_related("worker", "team"),
            to_attr="held",
        ),
        Prefetch("person__alerts", Alert.objects.filter(to_on=None), to_attr="current_alerts"),
    )
    return Found(
        [Hit(case, case.person, like.reason, like.name) for like, case in shown], len(ranked) > SHOWN
    )


def _order(pair: tuple[Likeness, Case]) -> tuple[object, ...]:
    like, case = pair
    person = case.person
    return (
        -like.share,
        not like.by_reference,
        case.closed_on is not None,
        person.name_key,
        person.reference,
    )


def _roughly(council: int, asked: Asked) -> dict[int, float]:
    """People of the council who may be meant, each with how like they are by the index alone.

    Three queries over the index and the dates of birth, whoever may see the people: only keys are read.
    """
    wanted = _wanted(council, asked)
    blank = [
        matching.SAME_INITIAL if len(word) == 1 else 0.0 for word in asked.words
    ]  # initials: see _closely
    found: dict[int, _Rough] = {}
    rows = SearchWord.objects.filter(council=council, word__in=wanted)
    for person, word in rows.values_list("person", "word").iterator(chunk_size=5000):
        rough = found.get(person)
        if rough is None:
            rough = found[person] = _Rough(blank.copy())
        if word[0] == "#":
            rough.certain = True
        elif word[0] == "@":
            rough.lives = 1.0
        else:
            for at, share in wanted[word]:
                rough.words[at] = max(rough.words[at], share)
    if asked.born:
        near = matching.births_near(asked.born)
        born = Person.objects.filter(council=council, date_of_birth__in=near)
        for person, day in born.values_list("pk", "date_of_birth"):
            found.setdefault(person, _Rough(blank.copy())).born = near[day][0]
    return {person: rough.share(asked) for person, rough in found.items()}


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


def _closely(user: User, asked: Asked, rough: Mapping[int, float]) -> list[Case]:
    """The likeliest of them that the user may see, with what is needed to say how like they are: one case each."""
    considered = nsmallest(CONSIDERED, rough, key=lambda person: (-rough[person], person))
    cases = Case.objects.visible_to(user)
    # Nobody has the key 0. It is asked for all the same, so that a name that is known but hidden from the user takes
    # neither more nor fewer queries than one that is not there at all.
    rows = cases.filter(person__in=considered or [0]).values_list(
        "person", "pk", "closed_on", "person__name_key"
    )
    initials = [word for word in asked.words if len(word) == 1]
    best: dict[int, tuple[Any, ...]] = {}
    for person, case, closed_on, name in rows:
        share = rough[person]
        if initials:
            firsts = {word[0] for word in name.split()}
            wrong = sum(initial not in firsts for initial in initials)
            share -= matching.NAME * matching.SAME_INITIAL * wrong / len(asked.words)
        place = (-share, closed_on is not None, name, -case)
        if person not in best or place < best[person]:
            best[person] = place
    keys = [-place[-1] for place in nsmallest(CLOSELY, best.values())]
    read = [f"person__{name}" for name in READ]
    return list(cases.filter(pk__in=keys).select_related("person").prefetch_related(*read)) if keys else []


def _known(person: Person) -> Known:
    """What is known of a person whose aliases, addresses and search words were read."""
    words = {row.word for row in person.search_words.all()}
    addresses = person.addresses.all()
    lives = {key for row in addresses if row.to_on is None for key in matching.postcode_keys(row.postcode)}
    lived = {
        key for row in addresses if row.to_on is not None for key in matching.postcode_keys(row.postcode)
    }
    known_as: list[Person | Alias] = [person, *person.aliases.all()]
    names = [
        (f"{one.given_name} {one.family_name}".strip(), matching.name_key(one.given_name, one.family_name))
        for one in known_as
    ]
    return Known(
        names=tuple((written, tuple(key.split())) for written, key in names),
        born=person.date_of_birth,
        lives=frozenset(lives),
        lived=frozenset(lived),
        reference=matching.squeezed(person.reference),
        references=frozenset(word[1:] for word in words if word[0] == "#"),
    )


def people_like(
    council: Council, given_name: str, family_name: str, born: date
) -> list[tuple[Person, Likeness]]:
    """Everybody of the council who may be this person, likeliest first, whoever may see them."""
    asked = Asked(words=tuple(matching.name_key(given_name, family_name).split()), born=born)
    rough = _roughly(council.pk, asked)
    close = [person for person, share in rough.items() if share >= matching.A_DUPLICATE]
    people = Person.objects.filter(pk__in=close).prefetch_related(*READ)
    found = [(person, matching.likeness(asked, _known(person))) for person in people]
    alike = [pair for pair in found if pair[1].share >= matching.A_DUPLICATE]
    return sorted(alike, key=lambda pair: (-pair[1].share, pair[0].pk))

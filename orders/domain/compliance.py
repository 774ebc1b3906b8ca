"""Absences to warnings to breach: which step the record prompts, why, and which steps were left out.

Prompted by the record and decided by a person. The steps are dated rows with their source; a council lays its own
numbers over them. What was recorded first makes no difference: only the days on which things happened do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from orders.domain.codes import Code
from orders.domain.dates import words

DATA = Path(__file__).parent / "data" / "compliance"
BREACH = "breach"
MOST_FAILURES = 10  # what a council may ask for: beyond it, nothing would ever be prompted


class CountedSince(Code):
    """From when failures are counted towards a step."""

    STEP_BEFORE = "step_before", "Since the step before"
    ORDER = "order", "Since the order was imposed"


class Decision(Code):
    """What was decided of an absence."""

    ACCEPTABLE = "acceptable", "Acceptable"
    UNACCEPTABLE = "unacceptable", "Not acceptable"


class Evidence(Code):
    """What was seen before an absence was decided."""

    MEDICAL_NOTE = "medical_note", "Medical note or certificate"
    EMPLOYER = "employer", "Letter or rota from an employer"
    COURT_OR_CUSTODY = "court_or_custody", "Court or custody record"
    FAMILY_EMERGENCY = "family_emergency", "Evidence of a family emergency"
    APPOINTMENT = "appointment", "Letter or card of another appointment"
    RELIGIOUS_OBSERVANCE = "religious_observance", "Religious observance"
    OTHER = "other", "Other evidence"
    NONE_SEEN = "none_seen", "None seen"


class NotAppropriate(Code):
    """Why a step that the record prompts is not taken."""

    CIRCUMSTANCES = "circumstances", "The person's circumstances"
    RISK = "risk", "It would raise the risk of harm"
    DEALT_WITH = "dealt_with", "Dealt with in another way"
    EVIDENCE_AWAITED = "evidence_awaited", "Evidence is still to come"
    WARNED_BEFORE = "warned_before", "Warned already, outside this record"
    OTHER = "other", "Another reason"


@dataclass(frozen=True)
class Step:
    """One step of the ladder as it stands on a day, with the rule that prompts it."""

    key: str
    label: str
    failures: int
    counted_since: CountedSince
    source: str
    confidence: str
    in_force_from: date
    letter: str = ""
    local: bool = False

    @property
    def rule(self) -> str:
        """The rule in words, without a full stop."""
        count = "1 absence" if self.failures == 1 else f"{self.failures} absences"
        return (
            f"{self.label}: after {count} decided not acceptable, counted {_inside(self.counted_since.label)}"
        )


@dataclass(frozen=True)
class LocalStep:
    """A council's own numbers for one step, from a day on."""

    step: str
    in_force_from: date
    failures: int
    counted_since: str
    source: str


@dataclass(frozen=True)
class Failure:
    """One absence decided not acceptable. Its key is "absence:5", or "attendance:9" where the session was imported."""

    key: str
    on: date
    decided_on: date
    what: str = ""


@dataclass(frozen=True)
class Warned:
    """One formal warning, with the failures it was for; none named, where they are not on this record."""

    step: str
    on: date
    failures: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Breached:
    """One decision to breach, and the day the court dealt with it."""

    on: date
    dealt_with_on: date | None = None


@dataclass(frozen=True)
class SetAside:
    """Somebody said that a step was not appropriate, for these failures."""

    step: str
    failures: frozenset[str]


@dataclass(frozen=True)
class Standing:
    """Where an order stands on the ladder: the next step and what counts towards it."""

    step: Step | None  # None while a breach is open: the court has it
    counted: tuple[Failure, ...] = ()
    since: str = ""
    issued: str = ""  # the furthest step taken, "" where none was
    new: tuple[Failure, ...] = ()  # those since the last warning: without one no step can be taken


@dataclass(frozen=True)
class Prompt:
    """The one step that the record prompts, with everything it rests on."""

    step: Step
    failures: tuple[Failure, ...]
    since: str
    prompted_on: date  # the day of the decision that made it the next step

    @property
    def facts(self) -> str:
        """The facts in one sentence, without a full stop."""
        return f"{counted_words(self.failures)} {self.since}"


def _inside(label: str) -> str:
    return label[:1].lower() + label[1:]


def listed(parts: Sequence[str], word: str = "and") -> str:
    """As people say several things: "a, b and c"."""
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def counted_words(failures: Sequence[Failure]) -> str:
    """How many failures, and of which days."""
    days = listed([words(one.on) for one in failures])
    if len(failures) == 1:
        return f"1 absence, of {days}, was decided not acceptable"
    return f"{len(failures)} absences, of {days}, were decided not acceptable"


def load_steps(folder: Path = DATA) -> tuple[tuple[Step, ...], ...]:
    """Each edition of the ladder, earliest first. ValueError names the file and the step that cannot be used."""
    editions = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        steps = []
        for row in content["step"]:
            if not 1 <= row["failures"] <= MOST_FAILURES or not row["source"] or not row["confidence"]:
                raise ValueError(
                    f"{path.name}: {row['key']} needs a number of failures, and where it comes from"
                )
            if "{missed}" not in row.get("letter", "{missed}"):
                raise ValueError(f"{path.name}: the letter of {row['key']} must say what was missed")
            steps.append(
                Step(
                    row["key"],
                    row["label"],
                    row["failures"],
                    CountedSince.of(row["counted_since"]),
                    row["source"],
                    row["confidence"],
                    content["in_force_from"],
                    row.get("letter", "").strip(),
                )
            )
        keys = [one.key for one in steps]
        if len(set(keys)) != len(keys) or keys[-1:] != [BREACH]:
            raise ValueError(f"{path.name}: each step stands once, and breach is the last")
        editions.append(tuple(steps))
    return tuple(editions)


@cache
def _shipped() -> tuple[tuple[Step, ...], ...]:
    return load_steps()


def steps_on(day: date, local: Iterable[LocalStep] = ()) -> tuple[Step, ...]:
    """The ladder in force on a day, a council's own numbers laid over it; the first edition serves days before it."""
    shipped = _shipped()
    steps = next((one for one in reversed(shipped) if one[0].in_force_from <= day), shipped[0])
    own = {
        one.step: one for one in sorted(local, key=lambda one: one.in_force_from) if one.in_force_from <= day
    }
    return tuple(_laid_over(step, own[step.key]) if step.key in own else step for step in steps)


def _laid_over(step: Step, own: LocalStep) -> Step:
    return replace(
        step,
        failures=own.failures,
        counted_since=CountedSince.of(own.counted_since),
        source=own.source,
        confidence="Set by the council",
        in_force_from=own.in_force_from,
        local=True,
    )


def warnings_of(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that are letters: all but breach."""
    return tuple(step for step in steps if step.key != BREACH)


def stands(warning: Warned, failures: Iterable[Failure]) -> bool:
    """Whether any of the failures a warning was for is still one: else its ground has fallen away."""
    return not warning.failures or any(one.key in warning.failures for one in failures)


def position(
    failures: Iterable[Failure],
    warnings: Iterable[Warned],
    breaches: Iterable[Breached],
    steps: Sequence[Step],
    on: date,
) -> Standing:
    """Where an order stands on a day, of what had happened and was decided by then.

    A failure counts towards the step after a warning when it happened after the day of the warning: whoever fails on
    that day had not been warned. A warning whose every failure was since accepted counts no more. While a breach
    is open nothing is prompted; once the court has dealt with it the ladder begins again.
    """
    failures = tuple(failures)
    known = sorted(
        (one for one in failures if one.on <= on and one.decided_on <= on), key=lambda one: (one.on, one.key)
    )
    decided = [one for one in breaches if one.on <= on]
    if any(one.dealt_with_on is None or one.dealt_with_on > on for one in decided):
        return Standing(None)
    began = max((one.dealt_with_on for one in decided if one.dealt_with_on), default=None)
    this_time = [one for one in known if began is None or one.on > began]
    places = {step.key: place for place, step in enumerate(steps)}
    given = [
        one
        for one in warnings
        if one.step in places
        and one.on <= on
        and (began is None or one.on >= began)
        and stands(one, failures)
    ]
    furthest = max((places[one.step] for one in given), default=-1)
    last = max((one.on for one in given if places[one.step] == furthest), default=None)
    step = steps[min(furthest + 1, len(steps) - 1)]
    new = tuple(one for one in this_time if last is None or one.on > last)
    from_the_start = last is None or step.counted_since == CountedSince.ORDER
    since = "since the order was imposed"
    if not from_the_start and last is not None:
        since = f"since the {_inside(steps[furthest].label)} of {words(last)}"
    elif began is not None:
        since = f"since the court dealt with the breach on {words(began)}"
    return Standing(
        step,
        tuple(this_time) if from_the_start else new,
        since,
        steps[furthest].key if furthest >= 0 else "",
        new,
    )


def prompt(standing: Standing, set_aside: Iterable[SetAside] = ()) -> Prompt | None:
    """The step that the record prompts, unless there are too few failures or somebody set it aside for all of them."""
    step = standing.step
    if step is None or not standing.new or len(standing.counted) < step.failures:
        return None
    keys = frozenset(one.key for one in standing.counted)
    if any(one.step == step.key and keys <= one.failures for one in set_aside):
        return None
    decided = sorted(one.decided_on for one in standing.counted)
    prompted_on = max(decided[step.failures - 1], min(one.decided_on for one in standing.new))
    return Prompt(step, standing.counted, standing.since, prompted_on)


def skipped(step: str, standing: Standing, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps between the furthest one taken and this one. What was left out before then was explained before."""
    keys = [one.key for one in steps]
    taken = keys.index(standing.issued) if standing.issued in keys else -1
    return tuple(steps[taken + 1 : keys.index(step)])


def letter(step: Step, failures: Sequence[Failure]) -> str:
    """The words of a warning letter, for its writer to change: what was missed, and what may follow."""
    missed = "\n".join(
        f"{words(one.on)}: {_inside(one.what)}" if one.what else words(one.on) for one in failures
    )
    return step.letter.replace("{missed}", missed)

"""Anything fails in the middle (trust.md R15): the n-th write of every operation, and of every form, page and call."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from cases import operation as operation_module
from cases.models import Alert, Entry, Job, Submission
from cases.operation import Repeated, Stale
from cases.permissions import ALLOWED
from justice.domain.errors import Refused
from tests.architecture.test_rules import BY_THE_CLOCK
from tests.figures import Figure, at_night
from tests.trust.faults import Planted, differ, failing, state
from tests.trust.operations_table import ROWS, WITHOUT_KEY, Ground
from tests.web.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("postgresql")]


def test_every_operation_has_its_row():
    missing, strange = set(ALLOWED) - set(ROWS), set(ROWS) - set(ALLOWED)
    assert not missing, f"add a row to tests/trust/operations_table.py for: {', '.join(sorted(missing))}"
    assert not strange, (
        f"tests/trust/operations_table.py has rows of no operation: {', '.join(sorted(strange))}"
    )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def keyed(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    return {} if name in WITHOUT_KEY else {"key": uuid.uuid4()}


def once(name: str, call: Callable[..., Any], under: uuid.UUID | None = None) -> Any:
    """Carry it out on copies of its rows, so that what an operation does to them in memory is not seen next time."""
    key = {} if name in WITHOUT_KEY else {"key": under or uuid.uuid4()}
    return call.func(*copy.deepcopy(call.args), **copy.deepcopy(call.keywords), **key)  # type: ignore[attr-defined]


def writes_of(name: str, call: Callable[..., Any]) -> int:
    """How many writes the operation makes when nothing fails; what it did is taken back."""
    with undone(), failing() as count:
        before = Entry.objects.filter(operation=name).count()
        once(name, call)
        assert Entry.objects.filter(operation=name).count() > before, f"{name} wrote no entry"
    return count.seen


def chosen(writes: int) -> list[int]:
    """Which of the writes fail in turn: all of them at night, the first, the middle and the last otherwise."""
    return list(range(1, writes + 1)) if at_night() else sorted({1, (writes + 1) // 2, writes})


def left_behind(name: str, call: Callable[..., Any], at: list[int]) -> list[str]:
    """What each of these failing writes leaves of the operation: nothing, if it is one of ours."""
    before, woken = state(), len(connection.run_on_commit)
    wrong, found = [], []
    for number in at:
        try:
            with failing(number) as count:
                once(name, call)
            wrong.append(f"{name}: write {number} failed and nobody heard of it")
        except Exception:  # heard of, whatever it is called
            transaction.set_rollback(False)  # what is not whole may be looked at all the same
        if (at_night() or number == at[-1]) and (found := differ(before, state())):
            wrong.append(f"{name}: write {number} ({count.struck}) failed and left {', '.join(found)}")
            break
    if len(connection.run_on_commit) != woken:
        wrong.append(f"{name}: a write failed and a worker is woken")
    return wrong


@pytest.mark.figure("writes that failed in the middle of an operation: nothing is left of it")
def test_a_write_that_fails_leaves_nothing_of_its_operation(world: World, figure: Figure):
    ground = Ground(world)
    for name, make in ROWS.items():
        with undone():
            call = make(ground)
            at = chosen(writes_of(name, call))
            figure.many(len(at), left_behind(name, call, at))


# ---------------------------------------------------------------- sent again


def sent_again(name: str, call: Callable[..., Any]) -> list[str]:
    """The call, and the same with the same key once that was carried out: it is told what was made."""
    key, told = uuid.uuid4(), "done again"
    once(name, call, key)
    try:
        once(name, call, key)
    except Repeated as repeated:
        kept = Submission.objects.get(pk=key).result
        return [] if repeated.result == kept else [f"{name}: {repeated.result}, not {kept}"]
    except Exception as error:
        told = f"{type(error).__name__} {error}"
    return [f"{name}: sent again and told {told}"]


@pytest.mark.figure("operations sent again with the same key after they were carried out: told what was made")
def test_what_was_carried_out_and_is_sent_again_is_told_what_was_made(world: World, figure: Figure):
    ground = Ground(world)
    for name in sorted(set(ROWS) - WITHOUT_KEY):
        with undone():
            figure.many(1, sent_again(name, ROWS[name](ground)))


# The clock goes on between a form and its copy; of a password nothing is kept to compare it by; and the program's
# version is nobody's to say.
NOT_COMPARED = {"expected_version", "today", "now", "at", "password", "code_version"}


def altered(value: Any) -> Any:
    """Something else of the same kind that a person might have typed; None for what is no text, day or number."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value} more"
    if isinstance(value, int):
        return value + 1
    return value - timedelta(days=1) if isinstance(value, date) else None


def taken_for_the_same(name: str, call: Callable[..., Any]) -> tuple[int, list[str]]:
    """The call once, then with each argument altered under the same key: how many, and what was told it was done."""
    key, tried, wrong = uuid.uuid4(), 0, []
    once(name, call, key)
    for argument, value in call.keywords.items():  # type: ignore[attr-defined]
        other = altered(value)
        if other is None or argument in NOT_COMPARED or (name, argument) in BY_THE_CLOCK:
            continue
        tried += 1
        try:
            with transaction.atomic():
                once(name, partial(call, **{argument: other}), key)
            wrong.append(f"{name}: done again with another {argument}")
        except Repeated:
            wrong.append(f"{name}: another {argument} is taken for the same")
        except (Refused, Stale):
            pass
    return tried, wrong


@pytest.mark.figure("details altered under a key that was carried out: refused, none taken for what was sent")
def test_other_details_under_the_same_key_are_refused(world: World, figure: Figure):
    ground = Ground(world)
    for name in sorted(set(ROWS) - WITHOUT_KEY):
        with undone():
            figure.many(*taken_for_the_same(name, ROWS[name](ground)))


# ---------------------------------------------------------------- would it notice?


@contextmanager
def not_whole() -> Iterator[None]:
    """An operation that is not one transaction."""

    class Loose:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    with patch.object(operation_module, "transaction", SimpleNamespace(atomic=Loose)):
        yield


@contextmanager
def swallowed() -> Iterator[None]:
    """An operation that goes on when something failed."""
    real = operation_module.operation

    @contextmanager
    def quiet(*args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            with real(*args, **kwargs) as entry:
                yield entry
        except Planted:
            pass

    with patch("cases.operations.people.operation", quiet):
        yield


@contextmanager
def asked_too_soon() -> Iterator[None]:
    """An operation that asks for a job before its own transaction begins."""
    from cases import jobs
    from cases.operations import people

    real = people.operation

    @contextmanager
    def early(*args: Any, **kwargs: Any) -> Iterator[Any]:
        jobs.ask("notify", str(uuid.uuid4()))
        with real(*args, **kwargs) as entry:
            yield entry

    with patch.object(people, "operation", early):
        yield
    assert Job.objects.exists()


@pytest.mark.figure("faults planted in operations: noticed when their writes fail")
def test_the_engine_notices_an_operation_that_is_not_whole(world: World, figure: Figure):
    ground = Ground(world)
    for fault in (not_whole, swallowed, asked_too_soon):
        with undone():
            call = ROWS["change_address"](ground)
            at = list(range(1, writes_of("change_address", call) + 1))
            with fault():
                figure.planted(fault.__name__.replace("_", " "), left_behind("change_address", call, at))


@pytest.mark.figure("faults planted in keys: noticed when an operation is sent again")
def test_the_engine_notices_an_operation_that_is_done_again(world: World, figure: Figure):
    make, real = ROWS["raise_alert"], operation_module._claim

    def by_what_is_there(key: Any, actor: Any, name: str, sent: dict[str, Any]) -> Any:
        """What was found before the first call, and is otherwise after it, taken for a part of what was sent."""
        return real(key, actor, name, {**sent, "found": Alert.objects.count()})

    for fault, claim in (("no key", lambda *_: None), ("a row found before the key", by_what_is_there)):
        with undone(), patch.object(operation_module, "_claim", claim):
            figure.planted(fault, sent_again("raise_alert", make(Ground(world))))
    without_body = lambda key, actor, name, sent: real(key, actor, name, {**sent, "body": None})  # noqa: E731
    with undone(), patch.object(operation_module, "_claim", without_body):
        figure.planted(
            "a body that is not compared", taken_for_the_same("raise_alert", make(Ground(world)))[1]
        )

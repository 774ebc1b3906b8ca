"""Many hands at one moment, on a real database: one is saved, the others are told, and nothing is done twice."""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments import operations as assessing
from assessments.models import Plan
from cases import jobs, operations
from cases import operation as operation_module
from cases.models import Allocation, Case, Entry, Job, Submission
from cases.operation import Repeated, Stale
from justice.domain.errors import Refused
from tests.apart import a_copy_of_all, at_once
from tests.builders import a_case
from tests.figures import Figure, at_night, size
from tests.trust.faults import counts
from tests.trust.forms import forms
from tests.trust.operations_table import ROWS, WITHOUT_KEY, Ground, a_draft
from tests.web.conftest import World

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")


@pytest.fixture
def ground(shared: World) -> Ground:
    return Ground(copy.deepcopy(shared))


def of_its_own(call: Callable[..., Any], **more: Any) -> Callable[[], Any]:
    """The call on copies of its rows, as another process would have them."""
    args, keywords = copy.deepcopy(call.args), copy.deepcopy(call.keywords)  # type: ignore[attr-defined]
    return lambda: call.func(*args, **keywords, **more)  # type: ignore[attr-defined]


# ---------------------------------------------------------------- one record


def editors(ground: Ground, many: int) -> list[str]:
    """Everybody opened the same version of one plan and saves words of their own; what went wrong."""
    plan = a_draft(ground)
    as_it_was, version = assessing.proposed_of(plan), plan.version

    def edit(number: int) -> Callable[[], Any]:
        words = replace(as_it_was, strengths=f"Words of editor {number}")
        own = copy.deepcopy(plan)
        return lambda: assessing.amend_plan(
            actor=ground.worker, plan=own, proposed=words, today=ground.today, expected_version=version
        )

    answers = at_once([edit(number) for number in range(many)])
    told = Counter(type(answer).__name__ for answer in answers)
    saved = [number for number, answer in enumerate(answers) if not isinstance(answer, Exception)]
    wrong = [] if told == {"Plan": 1, "Stale": many - 1} else [f"{many} editors of a plan: {dict(told)}"]
    stands = Plan.objects.get(pk=plan.pk)
    if len(saved) == 1 and stands.strengths != f"Words of editor {saved[0]}":
        wrong.append(f"what was acknowledged is not what stands: {stands.strengths}")
    if stands.version != version + 1:
        wrong.append(f"version {stands.version} after {version}")
    return wrong


@pytest.mark.figure("editors of one plan, opened at the same version: one is saved, the others are told")
def test_of_many_editors_one_is_saved_and_the_others_are_told(ground: Ground, figure: Figure):
    many = size(change=20, night=200)
    figure.many(many, editors(ground, many))


# ---------------------------------------------------------------- one key


def copies(name: str, call: Callable[..., Any], many: int) -> list[str]:
    """The same call so many times at once under one key: one effect, one entry, and everybody the same answer."""
    with transaction.atomic():
        before = counts()
        of_its_own(call, key=uuid.uuid4())()
        once = Counter(counts())
        once.subtract(before)
        transaction.set_rollback(True)
    key, before = uuid.uuid4(), counts()
    answers = at_once([of_its_own(call, key=key) for _ in range(many)])
    answers += at_once([of_its_own(call, key=key)])  # and one more, that finds what the first made
    effect = Counter(counts())
    effect.subtract(before)
    told = Counter(type(answer).__name__ if isinstance(answer, Exception) else "done" for answer in answers)
    wrong = [] if told == {"done": 1, "Repeated": many} else [f"{name}: {dict(told)}"]
    if effect != once:
        more = {table: rows for table, rows in effect.items() if rows != once[table]}
        wrong.append(f"{name}: not the effect of one call, {more}")
    results = {answer.result for answer in answers if isinstance(answer, Repeated)}
    if results - set(Submission.objects.filter(pk=key).values_list("result", flat=True)):
        wrong.append(f"{name}: different answers {results}")
    return wrong


AT_CHANGE = ("record_contact", "raise_alert", "draft_plan", "assign_case", "publish_return")


@pytest.mark.figure("copies of one call at once under one key: one effect, one entry, equal answers")
def test_copies_under_one_key_are_carried_out_once(ground: Ground, tmp_path: Path, figure: Figure):
    many = size(change=8, night=50)
    for name in sorted(set(ROWS) - WITHOUT_KEY) if at_night() else AT_CHANGE:
        with a_copy_of_all(tmp_path):
            figure.many(many + 1, copies(name, ROWS[name](ground), many))


@pytest.mark.figure(
    "operations sent twice at once with two keys: done, told of a conflict or refused in words"
)
def test_two_people_doing_the_same_at_once_get_an_answer_in_words(
    ground: Ground, tmp_path: Path, figure: Figure
):
    """What both may do is done twice; where there may be one, the other is told, and nobody gets an error page."""
    for name in sorted(set(ROWS) - WITHOUT_KEY) if at_night() else TWICE:
        with a_copy_of_all(tmp_path):
            call = ROWS[name](ground)
            answers = at_once([of_its_own(call, key=uuid.uuid4()) for _ in range(2)])
        broken = [
            one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused | Stale)
        ]
        figure.add(not broken, f"{name}: {broken}")
        figure.add(
            not all(isinstance(one, Exception) for one in answers), f"{name}: nobody's was done {answers}"
        )


# Of each there may be one, and both people saw none.
TWICE = (
    "draft_plan", "register_mappa", "add_team", "add_locality", "set_review_slots", "set_level_bands",
    "set_local_standard", "set_target", "write_commentary", "open_council", "decide_breach", "record_outcomes",
)  # fmt: skip


def lost_answers(world: World) -> list[str]:
    """Each form is carried out and its answer is lost on the way; it is sent again, and once more."""
    wrong = []
    for name, (role, address, fields) in forms(world).items():
        client, sent = world.client(role), {**fields, "key": str(uuid.uuid4())}
        client.raise_request_exception = False
        before = Entry.objects.count()
        with patch("justice.web.middleware.Headers.FIXED", None):  # after the change, before the answer
            first = client.post(address, sent).status_code
        made = Entry.objects.count() - before
        again = [client.post(address, sent).status_code for _ in range(2)]
        if (first, made, again) != (500, 1, [302, 302]) or Entry.objects.count() != before + 1:
            wrong.append(
                f"{name}: {first}, {made} entries; sent again: {again}, {Entry.objects.count() - before}"
            )
    return wrong


@pytest.mark.django_db
@pytest.mark.figure("forms whose answer was lost after they were carried out: sent again, done once")
def test_a_form_whose_answer_was_lost_is_sent_again_and_done_once(ground: Ground, figure: Figure):
    figure.many(len(forms(ground.world)), lost_answers(ground.world))


# ---------------------------------------------------------------- one case, one day


def pairs(ground: Ground, many: int) -> list[str]:
    """Two managers give a case to two people at the same moment."""
    wrong = []
    for _ in range(many):
        case = a_case(worker=ground.worker, opened=ground.ago)
        takers = [ground.another(), ground.another()]

        def give(number: int, case: Case = case, takers: list[Any] = takers) -> Callable[[], Any]:
            own = copy.deepcopy(case)
            return lambda: operations.assign_case(
                actor=ground.manager, case=own, team=ground.worker.team, worker=takers[number], on=ground.today,
                expected_version=case.version,
            )  # fmt: skip

        answers = at_once([give(0), give(1)])
        held = list(
            Allocation.objects.filter(case=case, subject="", to_on=None).values_list("worker", flat=True)
        )
        won = [takers[number].pk for number, one in enumerate(answers) if not isinstance(one, Exception)]
        if held != won or len(won) != 1 or not any(isinstance(one, Stale) for one in answers):
            wrong.append(f"held by {held}, told {answers}")
    return wrong


@pytest.mark.figure("pairs of managers giving one case to two people: one holder, and the other is told")
def test_a_case_given_twice_at_once_has_one_holder(ground: Ground, figure: Figure):
    many = size(change=4, night=50)
    figure.many(many, pairs(ground, many))


def two_schedulers(many: int) -> list[str]:
    """Both ask for the night's jobs and do them; what each job's function was called for, by key."""
    wrong = []
    for round_ in range(many):
        done: Counter[str] = Counter()

        def does(job: Any, done: Counter[str] = done) -> dict[str, Any]:
            done[job.row.run_key] += 1
            return {}

        def schedule(round_: int = round_) -> int:
            for number in range(3):
                jobs.ask("notify", f"round {round_} {number}")
            return jobs.work(timezone.now)

        with patch("cases.nightly.notify", does):
            at_once([schedule, schedule])
        if set(done.values()) != {1} or len(done) != 3:
            wrong.append(f"round {round_}: {dict(done)}")
        states = set(
            Job.objects.filter(run_key__startswith=f"round {round_} ").values_list("state", flat=True)
        )
        if states != {Job.State.DONE}:
            wrong.append(f"round {round_}: {states}")
    return wrong


@pytest.mark.figure("two schedulers at once: one run for each key")
def test_two_schedulers_at_once_do_each_job_once(ground: Ground, figure: Figure):
    many = size(change=4, night=50)
    figure.many(many, two_schedulers(many))


# ---------------------------------------------------------------- would it notice?


def without_version(root: Any, expected_version: int | None) -> None:
    type(root)._default_manager.filter(pk=root.pk).update(version=F("version") + 1)
    root.refresh_from_db()


def without_conditions(at: Any) -> Job | None:
    """A claim that reads and then writes."""
    import time

    job = Job.objects.filter(state=Job.State.WAITING).order_by("pk").first()
    if job is not None:
        time.sleep(0.01)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=F("attempts") + 1)
        job.refresh_from_db()
    return job


@pytest.mark.figure("faults planted in versions, keys and claims: noticed by many hands at once")
def test_the_engine_notices_a_lost_guard(ground: Ground, figure: Figure):
    with patch.object(operation_module, "advance", without_version):
        figure.planted("an operation that does not look at the version", editors(ground, 6))
        figure.planted("two managers and no version", pairs(ground, 2))
    with patch.object(operation_module, "_claim", lambda *_: None):
        figure.planted(
            "an operation that takes no key", copies("raise_alert", ROWS["raise_alert"](ground), 4)
        )
    with patch.object(jobs, "claim", without_conditions):
        figure.planted("a claim without a condition", two_schedulers(5))

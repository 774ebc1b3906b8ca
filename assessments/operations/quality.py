"""Changes to samples of files, their readings, and what they lead to in supervision."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied

from assessments.domain import quality, sampling
from assessments.models import FileReading, Sample, SampledFile, SettledScore, SupervisionPoint
from assessments.samples import CRITERIA, frame_of, holders_of
from cases import permissions
from cases.models import Allocation, Role, Team, User
from cases.operation import council_of, operation
from justice.domain.errors import Problem, Refused
from orders.checks import not_before, refuse
from orders.domain import dates

MOST = 500  # files in one sample: more than anybody reads


def draw_sample(
    *,
    actor: User,
    name: str,
    kind: str,
    seed: str,
    size: int,
    today: date,
    team: Team | None = None,
    criteria: Collection[str] = (),
    stratified: bool = False,
    key: uuid.UUID | None = None,
) -> Sample:
    """Files were drawn to be read: from those the actor may see, a first line manager's own team's only."""
    body = {
        "name": name,
        "kind": kind,
        "seed": seed,
        "size": size,
        "team": team and team.pk,
        "criteria": sorted(criteria),
        "stratified": stratified,
    }
    with operation("draw_sample", actor=actor, key=key, body=body) as entry:
        council = council_of(actor)
        if actor.role == Role.FIRST_LINE_MANAGER:
            if actor.team is None or (team is not None and team.pk != actor.team_id):
                raise PermissionDenied("another team")
            team = actor.team
        name, seed = name.strip(), seed.strip()
        problems = _sample_problems(kind, seed, size, criteria)
        if not name:
            problems.append(Problem("Enter a name for the sample", "name", "name_missing"))
        elif Sample.objects.filter(council=council, name=name).exists():
            problems.append(
                Problem("Enter another name: a sample is called that already", "name", "name_taken")
            )
        if team is not None and (team.council_id != council.pk or team.closed_on):
            problems.append(Problem("Select an open team of this council", "team", "not_a_team"))
        refuse(problems)
        cases = frame_of(actor, today, team, sorted(criteria))
        held = holders_of(cases)
        frame: dict[str, list[int]] = {}
        for case in sorted(cases.values_list("pk", flat=True)):
            stratum = str(held[case][1]) if stratified and case in held else ""
            frame.setdefault(stratum, []).append(case)
        if not frame:
            text = "Choose other criteria: no open file that you may see meets these"
            refuse([Problem(text, "criteria" if criteria else "", "empty_frame")])
        sample = Sample.objects.create(
            council=council,
            team=team,
            name=name,
            kind=kind,
            made_on=today,
            seed=seed,
            criteria=sorted(criteria),
            asked_for=size,
            stratified=stratified,
            frame_size=sum(len(keys) for keys in frame.values()),
            frame=frame,
            recorded_by=actor,
        )
        drawn = sampling.draw_from(seed, frame, size)
        percent = quality.edition_on(today).second_reader_percent
        twice = sampling.read_twice(seed, drawn, sampling.second_readings(len(drawn), percent))
        for position, case in enumerate(drawn, start=1):
            worker, of_team = held.get(case, (None, None))
            SampledFile.objects.create(
                sample=sample,
                case_id=case,
                position=position,
                read_twice=case in twice,
                worker_id=worker,
                team_id=of_team,
            )
        entry.subject = f"sample:{sample.pk}"
    return sample


def _sample_problems(kind: str, seed: str, size: int, criteria: Collection[str]) -> list[Problem]:
    problems = []
    if kind not in Sample.Kind.values:
        problems.append(Problem("Select a random or a targeted sample", "kind", "kind_missing"))
    if not seed:
        problems.append(Problem("Enter a seed: any word or number will do", "seed", "seed_missing"))
    if not 1 <= size <= MOST:
        problems.append(Problem(f"Enter a number of files from 1 to {MOST}", "size", "size_out_of_range"))
    if set(criteria) - set(CRITERIA):
        problems.append(Problem("Select criteria from those listed", "criteria", "not_a_criterion"))
    if kind == Sample.Kind.TARGETED and not criteria:
        problems.append(
            Problem("Select what the files are to have in common", "criteria", "criteria_missing")
        )
    if kind == Sample.Kind.RANDOM and criteria:
        text = "Select a targeted sample, or take the criteria away"
        problems.append(Problem(text, "kind", "criteria_of_a_random_sample"))
    return problems


def record_file_reading(
    *,
    actor: User,
    file: SampledFile,
    read_on: date,
    scores: Mapping[str, int],
    today: date,
    notes: Mapping[str, str] | None = None,
    strengths: str = "",
    to_improve: str = "",
    themes: Collection[str] = (),
    key: uuid.UUID | None = None,
) -> FileReading:
    """Somebody read a file and scored it: the first reader or, of a file that is read twice, the second."""
    body = {
        "file": file.pk,
        "read_on": read_on,
        "scores": dict(scores),
        "notes": dict(notes or {}),
        "strengths": strengths,
        "to_improve": to_improve,
        "themes": sorted(themes),
    }
    with operation("record_file_reading", actor=actor, case=file.case, key=key, body=body) as entry:
        before = list(file.readings.all())
        edition = quality.edition_on(read_on or today)
        problems = dates.problems(read_on, field="read_on", what="the reading", today=today)
        drawn = f"{dates.words(file.sample.made_on)}, when the sample was drawn"
        if read_on and read_on < file.sample.made_on:
            problems.append(
                Problem(f"Enter a date for the reading on or after {drawn}", "read_on", "before_the_sample")
            )
        if held_by(actor, file):
            text = "Ask a colleague to read this file: you hold the case, or held it"
            problems.append(Problem(text, code="own_case"))
        if any(one.reader_id == actor.pk for one in before):
            problems.append(Problem("You have read this file already", code="read_already"))
        elif len(before) >= (2 if file.read_twice else 1):
            problems.append(Problem("This file has been read. Choose another", code="all_read"))
        problems += quality.reading_problems(scores, notes or {}, list(themes), edition)
        refuse(problems)
        reading = FileReading.objects.create(
            file=file,
            reader=actor,
            read_on=read_on,
            place=FileReading.Place.SECOND if before else FileReading.Place.FIRST,
            edition=edition.key,
            scores=dict(scores),
            notes={code: text.strip() for code, text in (notes or {}).items() if text.strip()},
            strengths=strengths,
            to_improve=to_improve,
            themes=sorted(themes),
            recorded_by=actor,
        )
        entry.subject = f"file_reading:{reading.pk}"
    return reading


def held_by(user: User, file: SampledFile) -> bool:
    """Whether this person holds the case or an order in it, or ever did: nobody reads their own work."""
    return Allocation.objects.filter(case=file.case_id, worker=user).exists()


def settle_reading(
    *,
    actor: User,
    file: SampledFile,
    indicator: str,
    score: int,
    reason: str,
    settled_on: date,
    today: date,
    key: uuid.UUID | None = None,
) -> SettledScore:
    """Two readers talked about where they differed, and agreed on a score."""
    body = {
        "file": file.pk,
        "indicator": indicator,
        "score": score,
        "settled_on": settled_on,
        "why": reason,
    }
    with operation("settle_reading", actor=actor, case=file.case, key=key, body=body) as entry:
        readings = list(file.readings.order_by("place"))
        if held_by(actor, file):
            text = "Ask a colleague to settle this: you hold the case, or held it"
            refuse([Problem(text, code="own_case")])
        if len(readings) < 2:
            refuse([Problem("Wait for the second reading: there is nothing to settle yet", code="read_once")])
        problems = dates.problems(settled_on, field="settled_on", what="the agreement", today=today)
        latest = max(one.read_on for one in readings)
        problems += not_before(
            settled_on, "settled_on", "the agreement", latest, "when the file was read the second time"
        )
        if len({one.scores.get(indicator) for one in readings}) < 2:
            problems.append(
                Problem("Select an indicator on which the readers differ", "indicator", "no_difference")
            )
        elif file.settled.filter(indicator=indicator).exists():
            problems.append(Problem("This difference is settled already", "indicator", "settled_already"))
        if score not in quality.edition_on(settled_on or today).scale:
            problems.append(Problem("Select the score that was agreed", "score", "score_off_the_scale"))
        if not reason.strip():
            problems.append(Problem("Enter why this score was agreed", "reason", "reason_missing"))
        refuse(problems)
        settled = SettledScore.objects.create(
            file=file,
            indicator=indicator,
            score=score,
            reason=reason,
            settled_on=settled_on,
            recorded_by=actor,
        )
        entry.subject = f"settled_score:{settled.pk}"
    return settled


# --- Back to the worker ---------------------------------------------------------------------------------------


def raise_supervision_point(
    *,
    actor: User,
    reading: FileReading,
    text: str,
    agreed_on: date,
    today: date,
    key: uuid.UUID | None = None,
) -> SupervisionPoint:
    """A manager and a worker agreed to take something from a reading into supervision."""
    body = {"reading": reading.pk, "text": text, "agreed_on": agreed_on}
    # No case: what is said about a worker stands in no trail that everybody reads who sees the case.
    with operation("raise_supervision_point", actor=actor, key=key, body=body) as entry:
        worker = reading.file.worker
        if worker is None:
            text = "Nobody held this file when it was drawn: there is no worker to raise it with"
            raise Refused(Problem(text, code="nobody_held_it"))
        _their_manager(actor, worker)
        problems = dates.problems(agreed_on, field="agreed_on", what="the agreement", today=today)
        problems += not_before(
            agreed_on, "agreed_on", "the agreement", reading.read_on, "when the file was read"
        )
        if not text.strip():
            problems.append(Problem("Enter what was agreed", "text", "text_missing"))
        refuse(problems)
        point = SupervisionPoint.objects.create(
            worker=worker, reading=reading, text=text, agreed_on=agreed_on, recorded_by=actor
        )
        entry.subject = f"supervision_point:{point.pk}"
    return point


def close_supervision_point(
    *,
    actor: User,
    point: SupervisionPoint,
    done_on: date,
    outcome: str,
    today: date,
    expected_version: int | None,
    key: uuid.UUID | None = None,
) -> SupervisionPoint:
    """A point was taken up in supervision and done; it stays on the record."""
    body = {"done_on": done_on, "outcome": outcome}
    with operation(
        "close_supervision_point",
        actor=actor,
        root=point,
        expected_version=expected_version,
        key=key,
        body=body,
    ) as entry:
        _their_manager(actor, point.worker)
        if point.done_on:
            refuse([Problem("This point is done already", code="done_already")])
        problems = dates.problems(done_on, field="done_on", what="the supervision", today=today)
        problems += not_before(done_on, "done_on", "the supervision", point.agreed_on, "when it was agreed")
        refuse(problems)
        point.done_on, point.outcome = done_on, outcome
        point.save()
        entry.subject = f"supervision_point:{point.pk}"
    return point


def _their_manager(actor: User, worker: User) -> None:
    """Who manages the worker, and is not the worker: nobody supervises themselves."""
    if not permissions.manages(actor, worker) or actor.pk == worker.pk:
        raise PermissionDenied("not their manager")

"""Changes to assessments of risk and need.

Each takes what happened, the day it happened, and `today`, the day it is said; `late_reason` is a national code, blank
to explain a lateness later, or None to be asked when what is recorded turns out late.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from assessments import bands
from assessments.domain import lscmi, lscmi_answers, tools
from assessments.domain.tools import Tool
from assessments.models import Assessment, Countersignature
from assessments.scores import unsound
from cases.models import User
from cases.operation import operation
from justice.domain.errors import Problem
from orders.checks import ask_why_late, refuse, since_birth
from orders.domain import cpo
from orders.models import Order


def complete_assessment(
    *,
    actor: User,
    order: Order,
    tool: str,
    completed_on: date,
    today: date,
    reason: str = "",
    answers: Mapping[int, int | None] | None = None,
    acknowledged: Sequence[str] = (),
    total: int | None = None,
    sub_scores: Mapping[str, int] | None = None,
    level: str = "",
    strengths: Sequence[str] = (),
    override_level: str = "",
    override_kind: str = "",
    override_reason: str = "",
    corrects: Assessment | None = None,
    correction_reason: str = "",
    override_stands: bool | None = None,
    late_reason: str | None = "",
    key: uuid.UUID | None = None,
) -> Assessment:
    """An assessment was completed: it is never changed, a later one stands beside it.

    Of an LS/CMI the scores follow from the answers, where they are given, and the level from the total: what else was
    typed and does not agree is refused. An override stands beside the level, with its kind and reason. Of other tools
    `level` is what the assessor concluded. `corrects` is the record that this one takes the place of; whether an
    override of it still stands is decided again.
    """
    answered, scores = dict(answers or {}), dict(sub_scores or {})
    body = {
        "order": order.pk,
        "tool": tool,
        "completed_on": completed_on,
        "reason": reason,
        "answers": answered,
        "acknowledged": sorted(acknowledged),
        "total": total,
        "sub_scores": scores,
        "level": level,
        "strengths": sorted(strengths),
        "override_level": override_level,
        "override_kind": override_kind,
        "override_reason": override_reason,
        "corrects": corrects,
        "override_stands": override_stands,
        "late_reason": late_reason,
    }
    with operation(
        "complete_assessment", actor=actor, case=order.case, key=key, body=body, reason=correction_reason
    ) as entry:
        # An assessment made for the report to the court may come before the order.
        problems = since_birth(completed_on, "completed_on", "the assessment", order.case, today)
        if tool not in Assessment.Tool.values:
            problems.append(Problem("Select the tool", "tool", "tool_missing"))
        if reason and reason not in Assessment.Reason.values:
            problems.append(Problem("Select why the assessment was made", "reason", "reason_unknown"))
        scored = tool == Assessment.Tool.LS_CMI
        doubted: list[str] = []
        if scored and answered:
            rules = lscmi_answers.rules_on(completed_on)
            wrong = lscmi_answers.problems(
                answered, rules, sub_scores=scores, total=total, acknowledged=acknowledged
            )
            problems += wrong
            scores, total = {}, None
            if not any(problem.code in ("item_unknown", "answer_impossible") for problem in wrong):
                answered = {item: answered.get(item) for items in lscmi.ITEMS.values() for item in items}
                scores = lscmi.sub_scores_of(answered)
                total = sum(scores.values())
                doubted = [rule.key for rule in lscmi_answers.doubts(answered, rules)]
        elif scored and total is None:
            if len(scores) == len(lscmi.MAXIMA):
                total = sum(scores.values())
            else:
                text = "Answer the items, or enter all eight section scores or the total score"
                problems.append(Problem(text, "total", "total_missing"))
        if scored:
            problems += lscmi.problems(
                total,
                scores,
                bands.bands_for(order.council_id, completed_on),
                level=level,
                override_level=override_level,
                override_reason=override_reason,
            )
        elif answered:
            text = "Answer the items of an LS/CMI only"
            problems.append(Problem(text, "answers", "answers_of_another_tool"))
        if tool in tools.codes():
            level, override_level = tools.code_of(level), tools.code_of(override_level)
            declared = tools.tool_on(tool, completed_on)
            problems += _of_another_tool(declared, order, completed_on, scores, total, level, override_level)
            if bool(override_level) != bool(override_reason.strip()):
                text = "Enter the level you override to and the reason, or neither"
                problems.append(Problem(text, "override_reason", "override_reason_missing"))
            # A level that follows from the total is worked out each time, and never stored.
            level = "" if declared.level_of(total) else level
        if not set(strengths) <= set(lscmi.MAXIMA if scored else ()):
            text = "Select strengths among the eight sections of an LS/CMI only"
            problems.append(Problem(text, "strengths", "strength_unknown"))
        problems += _kind_of_override(override_level, override_kind)
        if corrects is not None:
            problems += _correction(corrects, order, tool, correction_reason, override_level, override_stands)
        elif correction_reason.strip():
            text = "Leave the reason for a correction empty: nothing is corrected"
            problems.append(Problem(text, "correction_reason", "nothing_corrected"))
        refuse(problems)
        assessment = Assessment.objects.create(
            order=order,
            tool=tool,
            completed_on=completed_on,
            reason=reason,
            answers={str(item): answer for item, answer in answered.items()},
            acknowledged=doubted,
            total=total,
            sub_scores=scores,
            strengths=[name for name in lscmi.MAXIMA if name in strengths],
            stated_level="" if scored else level,
            override_level=override_level,
            override_kind=override_kind,
            override_reason=override_reason,
            corrects=corrects,
            correction_reason=correction_reason.strip(),
            recorded_by=actor,
        )
        entry.subject = f"assessment:{assessment.pk}"
        ask_why_late(entry, actor, order.case, late_reason)
    return assessment


def _kind_of_override(level: str, kind: str) -> list[Problem]:
    """An override says which kind it is; without one there is none to say."""
    if level and kind not in Assessment.Override.values:
        text = "Select what kind of override it is"
        return [Problem(text, "override_kind", "override_kind_missing")]
    if kind and not level:
        text = "Choose the level you override to, or leave the kind of override empty"
        return [Problem(text, "override_kind", "override_kind_alone")]
    return []


def _correction(
    corrected: Assessment, order: Order, tool: str, reason: str, override_level: str, stands: bool | None
) -> list[Problem]:
    """Why a record cannot take the place of another. An override is neither carried over nor dropped unsaid."""
    problems = []
    if corrected.order_id != order.pk:
        text = "Correct an assessment on the order it was made for"
        problems.append(Problem(text, "corrects", "of_another_order"))
    if corrected.tool != tool:
        text = "Correct an assessment with one of the same tool"
        problems.append(Problem(text, "tool", "of_another_tool"))
    if Assessment.objects.filter(corrects=corrected).exists():
        text = "This record was corrected already: correct the record that took its place"
        problems.append(Problem(text, "corrects", "corrected_already"))
    if not reason.strip():
        text = "Enter what was wrong with the record"
        problems.append(Problem(text, "correction_reason", "correction_reason_missing"))
    if corrected.override_level:
        if stands is None:
            text = "Answer “Does the override still stand?”"
            problems.append(Problem(text, "override_stands", "override_not_decided"))
        elif stands and not override_level:
            text = "Choose the level of the override that still stands"
            problems.append(Problem(text, "override_level", "override_level_missing"))
        elif not stands and override_level:
            text = "Leave the override empty, or answer that it still stands"
            problems.append(Problem(text, "override_stands", "override_dropped_and_given"))
    return problems


def countersign_override(
    *,
    actor: User,
    assessment: Assessment,
    today: date,
    comment: str = "",
    key: uuid.UUID | None = None,
) -> Countersignature:
    """A first line manager agrees with an override: not with their own, nor of a record that contradicts itself."""
    case = assessment.order.case
    body = {"assessment": assessment.pk, "comment": comment}
    with operation("countersign_override", actor=actor, case=case, key=key, body=body) as entry:
        problems = []
        if not assessment.override_level:
            text = "There is no override to countersign"
            problems.append(Problem(text, "", "no_override"))
        if assessment.recorded_by_id == actor.pk:
            text = "Ask another first line manager to countersign: you recorded this assessment"
            problems.append(Problem(text, "", "own_override"))
        if Assessment.objects.filter(corrects=assessment).exists():
            text = "This record was corrected: countersign the override of the record that took its place"
            problems.append(Problem(text, "", "corrected"))
        if Countersignature.objects.filter(assessment=assessment).exists():
            problems.append(Problem("This override is countersigned already", "", "countersigned"))
        if assessment.mismatches:
            text = "The scores of this record are missing or do not agree. Have it corrected before you countersign"
            problems.append(Problem(text, "", "scores_disagree"))
        else:
            problems += unsound(assessment.order)
        refuse(problems)
        signature = Countersignature.objects.create(
            assessment=assessment, signed_on=today, comment=comment, recorded_by=actor
        )
        entry.subject = f"assessment:{assessment.pk}"
    return signature


def _of_another_tool(
    tool: Tool,
    order: Order,
    completed_on: date,
    scores: Mapping[str, int],
    total: int | None,
    level: str,
    override_level: str,
) -> list[Problem]:
    """Why a record of a tool other than the LS/CMI cannot be kept, as its own file says."""
    age = cpo.age(order.case.person.date_of_birth, completed_on)
    return tools.problems(tool, total, scores, level, age, override_level=override_level)

"""Changes to what is known of the difference an order made: readings of outcomes, and feedback at its end."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import date

from assessments.domain import outcomes as rules
from assessments.domain.outcomes import Answer
from assessments.models import Feedback, FeedbackRequest, OutcomeReading, Review
from assessments.models.outcomes import hash_of
from cases import contact_points
from cases.models import Allocation, User
from cases.operation import operation, system_user
from justice.domain.calendar import quarter_key
from justice.domain.errors import Problem, Refused
from orders.checks import happened, in_force, not_before, refuse
from orders.domain.dates import words
from orders.models import Order

UNUSABLE = "This link cannot be used"
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def standing_at(order: Order, point: str, on: date) -> dict[str, OutcomeReading]:
    """What stands recorded of each measure at a point; of a review, on that day."""
    rows = OutcomeReading.objects.filter(order=order, point=point)
    if point == rules.REVIEW:
        rows = rows.filter(on=on)
    return {row.measure: row for row in rows.order_by("pk")}


def record_outcomes(
    *,
    actor: User,
    order: Order,
    point: str,
    on: date,
    by: str,
    readings: Mapping[str, Answer],
    today: date,
    review: Review | None = None,
    key: uuid.UUID | None = None,
) -> Order:
    """Every measure at one point of the order. What stands already may be left out; another answer corrects it.

    A score is the worker's, whoever gave the other answers.
    """
    body = {
        "order": order.pk,
        "point": point,
        "on": on,
        "by": by,
        "readings": {name: (one.answer, one.value) for name, one in readings.items()},
        "review": review and review.pk,
    }
    with operation("record_outcomes", actor=actor, case=order.case, key=key, body=body) as entry:
        edition = rules.edition_on(on)
        problems = _when(order, point, on, today)
        if by not in OutcomeReading.By.values:
            problems.append(Problem("Select whose answers these are", "by", "by_missing"))
        if review is not None and (review.order_id != order.pk or point != rules.REVIEW):
            problems.append(Problem("Select a review of this order", "review", "review_elsewhere"))
        known = standing_at(order, point, on)
        problems += rules.reading_problems(edition, readings, frozenset(known))
        refuse(problems)
        new = [
            (measure, readings[name])
            for name, measure in edition.measures.items()
            if name in readings and not _stands(known.get(name), readings[name], on)
        ]
        if not new:
            refuse([Problem("Nothing is different from what stands recorded", code="nothing_changed")])
        for measure, given in new:
            OutcomeReading.objects.create(
                order=order,
                point=point,
                on=on,
                review=review,
                measure=measure.key,
                edition=edition.key,
                answer=given.answer,
                value=given.value,
                by=OutcomeReading.By.WORKER if measure.is_score else by,
                recorded_by=actor,
            )
        entry.subject = order.subject
    return order


def _stands(row: OutcomeReading | None, given: Answer, on: date) -> bool:
    return row is not None and (row.answer, row.value, row.on) == (given.answer, given.value, on)


def _when(order: Order, point: str, on: date, today: date) -> list[Problem]:
    """A day that the point can have had: in the order's life, and the end no long time after it."""
    what = "the readings"
    problems = happened(on, "on", what, order, today)
    if point not in OutcomeReading.Point.values:
        problems.append(Problem("Select the start, a review or the end", "point", "point_unknown"))
    if point != rules.END:
        return problems + in_force(order, on, "on", what)
    first = OutcomeReading.objects.filter(order=order, point=rules.START).order_by("-pk").first()
    problems += not_before(on, "on", what, first.on if first else None, "when those at the start were made")
    if order.ended_on and on > (last := rules.edition_on(on).end_due(order.ended_on)):
        text = f"Enter a date for {what} on or before {words(last)}: later, it is no longer the end"
        problems.append(Problem(text, "on", "too_long_after_the_end"))
    return problems


def send_feedback_link(
    *, actor: User, order: Order, channel: str, today: date, key: uuid.UUID | None = None
) -> tuple[FeedbackRequest, str]:
    """Ask what somebody thinks of their order, by a link: the request, and the token that is kept nowhere else.

    A new link does not end an older one: whichever is used first ends all of them.
    """
    body = {"order": order.pk, "channel": channel}
    with operation("send_feedback_link", actor=actor, case=order.case, key=key, body=body) as entry:
        problems = _not_answered(order)
        if channel not in channels_of(order):
            text = "Select a way to send it: for a message the person must have agreed to messages"
            problems.append(Problem(text, "channel", "channel_not_agreed"))
        refuse(problems)
        token = new_token()
        request = FeedbackRequest.objects.create(
            order=order,
            channel=channel,
            asked_on=today,
            expires_on=rules.edition_on(today).link_until(today),
            token_hash=hash_of(token),
            recorded_by=actor,
        )
        entry.subject = order.subject
    return request, token


def new_token() -> str:
    """Twenty letters and figures by chance, in fours: 99 bits, and none that is easily misread on paper."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(5))


def channels_of(order: Order) -> list[str]:
    """How this person can be given a link: what they agreed to, and always on paper."""
    agreed = contact_points.reachable([order.case.person_id]).get(order.case.person_id, {})
    every = (FeedbackRequest.Channel.TEXT, FeedbackRequest.Channel.EMAIL)
    return [*(one.value for one in every if one.value in agreed), FeedbackRequest.Channel.PAPER.value]


def record_feedback(
    *,
    actor: User,
    order: Order,
    named: bool,
    answers: Mapping[str, int],
    comment: str,
    today: date,
    key: uuid.UUID | None = None,
) -> Order:
    """Somebody filled in the questionnaire on paper; who supervised them does not enter it.

    `named`: they agreed that the answers are kept with their order.
    """
    body = {"order": order.pk, "named": named, "answers": dict(answers), "comment": comment}
    with operation("record_feedback", actor=actor, case=order.case, key=key, body=body) as entry:
        edition = rules.edition_on(today)
        problems = [*_not_answered(order), *rules.feedback_problems(edition, answers, comment)]
        if Allocation.objects.filter(case=order.case_id, worker=actor).exists():
            text = "Ask a colleague who did not work with this person to enter it: you did"
            problems.append(Problem(text, code="entered_by_the_supervisor"))
        refuse(problems)
        FeedbackRequest.objects.create(
            order=order,
            channel=FeedbackRequest.Channel.FORM,
            asked_on=today,
            expires_on=today,
            answered=True,
            recorded_by=actor,
        )
        _keep(order, Feedback.How.PAPER, named, edition.key, answers, comment, today)
        entry.subject = order.subject
    return order


def give_feedback(*, token: str, named: bool, answers: Mapping[str, int], comment: str, today: date) -> None:
    """Whoever has the link answers, once. Without a name, the trail says that somebody of the council did.

    In the name of the system: whoever has the link has no account. Refused in the same words whatever is wrong with
    the link.
    """
    found = FeedbackRequest.objects.of_token(token, today).select_related("order__case__council").first()
    if found is None:
        raise Refused(Problem(UNUSABLE, code="link_unusable"))
    order, edition = found.order, rules.edition_on(found.asked_on)
    about = {"case": order.case} if named else {"council": order.council}
    body = {"named": named, "answers": dict(answers), "comment": comment, "token": hash_of(token)}
    with operation("record_feedback", actor=system_user(), body=body, **about) as entry:
        refuse(rules.feedback_problems(edition, answers, comment))
        # Locked, and looked at again: the same link, or two of one order, may be sent at one moment.
        rows = FeedbackRequest.objects.select_for_update(of=("self",)).filter(order=order).order_by("pk")
        request = next(row for row in rows if row.pk == found.pk)
        refuse(_not_answered(order))
        request.answered = True
        request.save(update_fields=("answered",))
        _keep(order, Feedback.How.LINK, named, edition.key, answers, comment, today)
        entry.subject = order.subject if named else ""


def _not_answered(order: Order) -> list[Problem]:
    if not FeedbackRequest.objects.filter(order=order, answered=True).exists():
        return []
    text = "The questionnaire of this order was answered already: nobody is asked twice"
    return [Problem(text, code="answered_already")]


def _keep(
    order: Order, how: str, named: bool, edition: str, answers: Mapping[str, int], comment: str, on: date
) -> None:
    Feedback.objects.create(
        council=order.council,
        order=order if named else None,
        given_on=on if named else None,
        quarter=quarter_key(order.ended_on or on),
        how=how,
        edition=edition,
        answers=dict(answers),
        comment=comment.strip(),
    )

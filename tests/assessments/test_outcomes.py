"""Readings of outcomes and feedback at the end: recorded, corrected, asked for by a link, answered once, and read."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from assessments import feedback, operations
from assessments.domain.outcomes import Answer, edition_on
from assessments.models import Feedback, FeedbackRequest, OutcomeReading
from cases import operations as case_operations
from cases.models import Case, Entry, Role
from cases.operation import Repeated
from justice.domain.errors import Refused
from orders import operations as order_operations
from orders import reminders
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("1 June 2026")
MEASURES = edition_on(TODAY).measures
ANSWERS = {"respect": 1, "life_now": 2}


def everything(value: int = 2, score: int = 20, **changed: Answer | None) -> dict[str, Answer]:
    """An answer to every measure; None leaves one out."""
    given: dict[str, Answer | None] = {
        key: Answer("given", score if one.is_score else min(value, one.highest))
        for key, one in MEASURES.items()
    }
    return {key: one for key, one in {**given, **changed}.items() if one is not None}


def record(order, point="start", on="10 March 2026", **more):
    given = {
        "actor": worker_of(order.case), "order": order, "point": point, "on": day(on), "by": "person",
        "readings": everything(), "today": TODAY, **more,
    }  # fmt: skip
    return operations.record_outcomes(**given)


@pytest.fixture
def order():
    return an_order(imposed="2 March 2026")


def ended(order, on="4 May 2026"):
    order_operations.end_order(
        actor=worker_of(order.case), order=order, on=day(on), reason="completed", today=TODAY,
        expected_version=None,
    )  # fmt: skip
    order.refresh_from_db()
    return order


def codes(refused) -> set[str]:
    return {one.code for one in refused.value.problems}


# --- Readings -------------------------------------------------------------------------------------------------


def test_every_measure_of_a_point_is_recorded_with_who_answered(order):
    record(order, readings=everything(3, 24, gp=Answer("declined"), wellbeing=Answer("not_asked")))
    rows = {row.measure: row for row in OutcomeReading.objects.all()}
    assert set(rows) == set(MEASURES)
    assert (rows["alcohol_drugs"].value, rows["lscmi_total"].value) == (3, 24)
    assert (rows["gp"].answer, rows["gp"].value) == ("declined", None)
    assert (rows["wellbeing"].answer, rows["wellbeing"].value) == ("not_asked", None)
    assert {row.by for row in rows.values() if row.measure != "lscmi_total"} == {"person"}
    assert rows["lscmi_total"].by == "worker"
    assert {row.edition for row in rows.values()} == {"default-2026"}
    entry = Entry.objects.get(operation="record_outcomes")
    assert (entry.subject, entry.case) == (order.subject, order.case)


def test_a_correction_is_a_later_reading_and_the_earlier_stays(order):
    record(order)
    record(order, readings={"wellbeing": Answer("given", 4)})
    both = OutcomeReading.objects.filter(measure="wellbeing").order_by("pk")
    assert [row.value for row in both] == [2, 4]
    assert OutcomeReading.objects.standing().get(measure="wellbeing").value == 4
    assert OutcomeReading.objects.standing().count() == len(MEASURES)


def test_what_stands_is_not_recorded_again(order):
    record(order)
    with pytest.raises(Refused) as refused:
        record(order)
    assert codes(refused) == {"nothing_changed"}
    assert OutcomeReading.objects.count() == len(MEASURES)


def test_reviews_are_told_apart_by_their_day(order):
    record(order, "review", "20 April 2026", readings=everything(2))
    record(order, "review", "20 May 2026", readings=everything(3))
    standing = OutcomeReading.objects.standing().filter(measure="wellbeing").order_by("on")
    assert [(row.on, row.value) for row in standing] == [(day("20 April 2026"), 2), (day("20 May 2026"), 3)]


def test_a_review_may_be_named_and_only_one_of_the_order(order):
    other = an_order(imposed="2 March 2026")
    held = [
        operations.hold_review(
            actor=worker_of(one.case), order=one, held_on=day("20 April 2026"), extra=True, today=TODAY
        )
        for one in (order, other)
    ]
    record(order, "review", "20 April 2026", review=held[0])
    assert {row.review for row in OutcomeReading.objects.all()} == {held[0]}
    for point, review in (("review", held[1]), ("start", held[0])):
        with pytest.raises(Refused) as refused:
            record(order, point, "21 April 2026", review=review)
        assert codes(refused) == {"review_elsewhere"}


@pytest.mark.parametrize(
    ("point", "on", "code"),
    [
        pytest.param("start", "1 March 2026", "before_imposition", id="before the order"),
        pytest.param("start", "2 June 2026", "in_the_future", id="in the future"),
        pytest.param("start", "5 May 2026", "order_ended", id="a start after the end"),
        pytest.param("review", "5 May 2026", "order_ended", id="a review after the end"),
        pytest.param("end", "9 March 2026", "too_early", id="an end before the start"),
        pytest.param("end", "2 June 2026", "too_long_after_the_end", id="an end long after the end"),
        pytest.param("middle", "10 March 2026", "point_unknown", id="no such point"),
    ],
)
def test_readings_are_of_a_day_that_the_point_can_have_had(order, point, on, code):
    record(order)
    ended(order)
    before = OutcomeReading.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as refused:
        record(order, point, on, readings=everything(3))
    assert code in codes(refused)
    assert (OutcomeReading.objects.count(), Entry.objects.count()) == before


def test_the_end_may_be_measured_before_the_order_ends_and_four_weeks_after(order):
    record(order, "end", "1 May 2026")
    ended(order)
    record(order, "end", "1 June 2026", readings=everything(4))
    assert OutcomeReading.objects.standing().get(measure="wellbeing").value == 4


def test_every_problem_is_said_at_once(order):
    with pytest.raises(Refused) as refused:
        record(order, on="1 March 2026", by="nobody", readings=everything(gp=None))
    assert codes(refused) == {"before_imposition", "by_missing", "answer_missing"}


@pytest.mark.parametrize("role", [Role.BUSINESS_SUPPORT, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER])
def test_readings_are_caseworkers_and_first_line_managers(order, role):
    with pytest.raises(PermissionDenied):
        record(order, actor=staff(role))
    assert not OutcomeReading.objects.exists()


def test_another_team_records_nothing(order):
    with pytest.raises(Case.DoesNotExist):
        record(order, actor=a_caseworker(team=a_team("South")))
    assert not OutcomeReading.objects.exists()


def test_the_same_form_twice_records_once_and_with_other_answers_is_refused(order):
    key = uuid.uuid4()
    record(order, key=key)
    with pytest.raises(Repeated):
        record(order, key=key)
    with pytest.raises(Refused) as refused:
        record(order, key=key, readings=everything(4))
    assert codes(refused) == {"key-reused"}
    assert OutcomeReading.objects.count() == len(MEASURES)


@pytest.mark.parametrize("made", ["reading", "feedback"])
def test_the_database_refuses_a_change(order, made):
    if made == "reading":
        record(order)
        row = OutcomeReading.objects.first()
    else:
        row = answered(order)
    for change in (row.save, row.delete):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


# --- Asking by a link -----------------------------------------------------------------------------------------


def ask(order, channel="paper", today=TODAY, **more):
    return operations.send_feedback_link(
        **{"actor": worker_of(order.case), "order": order, "channel": channel, "today": today, **more}
    )


def give(token, today=TODAY, named=False, answers=None, comment=""):
    operations.give_feedback(
        token=token,
        named=named,
        answers=ANSWERS if answers is None else answers,
        comment=comment,
        today=today,
    )


def answered(order, named=True):
    give(ask(order)[1], named=named)
    return Feedback.objects.get()


def agreed(order, kind="mobile", value="07700 900 123"):
    case_operations.add_contact_point(
        actor=worker_of(order.case), case=order.case, kind=kind, value=value, preferred=True, reminders=True,
        agreed_on=order.imposed_on, from_on=order.imposed_on, today=TODAY,
    )  # fmt: skip


def test_of_a_link_only_the_hash_is_kept(order):
    request, token = ask(order)
    row = FeedbackRequest.objects.get()
    assert (row, row.expires_on) == (request, TODAY + timedelta(days=28))
    assert len(set(token)) > 5
    assert len(token.replace("-", "")) == 20
    assert token not in str(vars(row))
    entry = Entry.objects.get(operation="send_feedback_link")
    assert token not in f"{entry.subject} {entry.reason} {entry.changes}"
    assert ask(order)[1] != token


def test_a_message_goes_only_to_who_agreed_to_messages(order):
    assert operations.channels_of(order) == ["paper"]
    with pytest.raises(Refused) as refused:
        ask(order, "text")
    assert codes(refused) == {"channel_not_agreed"}
    agreed(order)
    assert operations.channels_of(order) == ["text", "paper"]
    request, _ = ask(order, "text")
    assert request.channel == "text"


class Kept:
    sent: list[tuple[str, str, str]]

    def send(self, to: str, text: str, subject: str = "") -> None:
        Kept.sent.append((to, text, subject))


class Broken:
    def send(self, to: str, text: str, subject: str = "") -> None:
        raise OSError(f"no route for {to}")


def test_the_message_says_no_name_and_no_word_of_an_order(order, settings):
    agreed(order)
    settings.REMINDER_SENDERS = {"text": f"{__name__}.Kept", "email": ""}
    Kept.sent = []
    request, token = ask(order, "text")
    assert feedback.deliver(request, f"https://justice.invalid/feedback/{token}/")
    ((to, text, subject),) = Kept.sent
    assert to.replace(" ", "") == "07700900123"
    assert token in text
    assert "29 June 2026" in text
    assert subject == "Your views"
    for hidden in (
        order.case.person.family_name,
        order.case.person.given_name,
        order.reference,
        "order",
        "court",
    ):
        assert hidden not in text


def test_a_message_that_does_not_leave_says_so_and_logs_no_number(order, settings, caplog):
    agreed(order)
    settings.REMINDER_SENDERS = {"text": f"{__name__}.Broken", "email": ""}
    request, token = ask(order, "text")
    assert not feedback.deliver(request, f"https://justice.invalid/feedback/{token}/")
    assert "OSError" in caplog.text
    assert "07700" not in caplog.text
    assert token not in caplog.text


def test_the_shipped_senders_take_a_subject(order, settings, tmp_path):
    settings.REMINDER_FILES = tmp_path
    order.council.demonstration = True
    reminders.sender_for(order.council, "text").send("1", "Words", subject="Your views")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["To: 1\n\nWords\n"]


# --- Answering ------------------------------------------------------------------------------------------------


def test_answers_with_a_name_are_kept_with_the_order(order):
    ended(order)
    row = answered(order, named=True)
    assert (row.order, row.given_on, row.how, row.answers) == (order, TODAY, "link", ANSWERS)
    assert row.quarter == 4 * 2026  # April to June 2026, in which the order ended
    entry = Entry.objects.filter(operation="record_feedback").get()
    assert (entry.actor.role, entry.case, entry.subject) == (Role.SYSTEM, order.case, order.subject)


def test_answers_without_a_name_lead_to_nobody(order):
    """Neither the answer nor the trail names the order, and that the link was used has no time."""
    row = answered(order, named=False)
    assert (row.order, row.given_on, row.council) == (None, None, order.council)
    assert not {field.name for field in Feedback._meta.fields} & {"recorded_at", "recorded_by"}
    entry = Entry.objects.filter(operation="record_feedback").get()
    assert (entry.case, entry.subject, entry.council) == (None, "", order.council)
    assert FeedbackRequest.objects.get().answered
    assert not hasattr(FeedbackRequest, "history")


@pytest.mark.parametrize(
    ("token", "today"),
    [
        pytest.param("own", TODAY + timedelta(days=29), id="expired"),
        pytest.param("wrong", TODAY, id="wrong"),
        pytest.param("", TODAY, id="empty"),
    ],
)
def test_a_link_that_cannot_be_used_changes_nothing(order, token, today):
    _, own = ask(order)
    with pytest.raises(Refused) as refused:
        give(own if token == "own" else token, today)
    assert codes(refused) == {"link_unusable"}
    assert not Feedback.objects.exists()
    assert not FeedbackRequest.objects.get().answered


def test_a_link_works_until_its_last_day(order):
    _, token = ask(order)
    give(token, TODAY + timedelta(days=28))
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize("typed", [str.upper, lambda token: token.replace("-", "")])
def test_a_link_may_be_typed_in_capitals_and_without_hyphens(order, typed):
    give(typed(ask(order)[1]))
    assert Feedback.objects.count() == 1


def test_a_link_is_used_once_and_ends_every_other_of_the_order(order):
    _, first = ask(order)
    _, second = ask(order)
    give(second)
    for token in (first, second):
        with pytest.raises(Refused) as refused:
            give(token)
        assert codes(refused) == {"link_unusable"}
    assert Feedback.objects.count() == 1


def test_a_questionnaire_with_nothing_in_it_leaves_the_link_good(order):
    _, token = ask(order)
    with pytest.raises(Refused) as refused:
        give(token, answers={})
    assert codes(refused) == {"nothing_answered"}
    give(token)
    assert Feedback.objects.count() == 1


def test_nobody_is_asked_twice(order):
    answered(order)
    with pytest.raises(Refused) as refused:
        ask(order)
    assert codes(refused) == {"answered_already"}


def enter(order, actor=None, named=True, answers=None, **more):
    return operations.record_feedback(
        actor=actor or staff(Role.BUSINESS_SUPPORT), order=order, named=named,
        answers=ANSWERS if answers is None else answers, comment="Thank you", today=TODAY, **more,
    )  # fmt: skip


@pytest.mark.parametrize("named", [True, False])
def test_a_paper_questionnaire_is_entered_by_somebody_else(order, named):
    enter(order, named=named)
    row = Feedback.objects.get()
    assert (row.how, row.order, row.comment) == ("paper", order if named else None, "Thank you")
    assert FeedbackRequest.objects.get().answered
    with pytest.raises(Refused) as refused:
        enter(order)
    assert codes(refused) == {"answered_already"}


def test_who_supervised_the_person_does_not_enter_their_questionnaire(order):
    with pytest.raises(Refused) as refused:
        enter(order, actor=worker_of(order.case))
    assert codes(refused) == {"entered_by_the_supervisor"}
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("role", [Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER])
def test_asking_and_entering_are_the_offices(order, role):
    with pytest.raises(PermissionDenied):
        ask(order, actor=staff(role))
    with pytest.raises(PermissionDenied):
        enter(order, actor=staff(role))
    assert not FeedbackRequest.objects.exists()


# --- Who reads it ---------------------------------------------------------------------------------------------


def readers(row) -> set[str]:
    """The roles of North team, and of the council, that may read it."""
    return {
        str(role)
        for role in Role
        if role != Role.SYSTEM and Feedback.objects.visible_to(staff(role)).filter(pk=row.pk).exists()
    }


@pytest.mark.parametrize("named", [True, False])
def test_first_line_managers_and_performance_officers_read_it(order, named):
    assert readers(answered(order, named)) == {Role.FIRST_LINE_MANAGER, Role.PERFORMANCE_OFFICER}


def test_who_holds_the_case_does_not_read_it_while_the_order_is_open():
    manager = a_manager()
    order = an_order(case=a_case(worker=manager), imposed="2 March 2026")
    row = answered(order, named=True)
    assert not Feedback.objects.visible_to(manager).exists()
    assert Feedback.objects.visible_to(a_manager()).get() == row
    ended(order)
    assert Feedback.objects.visible_to(manager).get() == row


def test_a_manager_of_another_team_reads_only_what_has_no_name(order):
    elsewhere = a_manager(team=a_team("South"))
    answered(order, named=True)
    other = an_order(imposed="2 March 2026")
    give(ask(other)[1], named=False)
    assert [row.order for row in Feedback.objects.visible_to(elsewhere)] == [None]


def test_the_edition_that_asked_is_the_one_that_is_answered(order):
    _, token = ask(order, today=date(2026, 5, 20))
    give(token)
    assert Feedback.objects.get().edition == "default-2026"

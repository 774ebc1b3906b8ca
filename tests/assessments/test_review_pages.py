"""The pages of reviews: who opens them, what they say, what they save, and that every figure leads to its records."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from assessments import operations as assessing
from assessments.models import Goal, GoalProgress, Plan, Review, ReviewDecision, ReviewMeeting, Task
from assessments.operations import Decided
from cases import operations as case_operations
from cases.models import Consultation, Role
from orders import operations
from orders.models import Order
from tests.builders import (
    a_case,
    a_caseworker,
    a_manager,
    a_team,
    an_order,
    day,
    staff,
    supervision,
    unpaid_work,
    work,
    worker_of,
)

pytestmark = pytest.mark.django_db

TODAY = "2025-09-01"
FIRST = day("2 September 2025")


@pytest.fixture(autouse=True)
def first_of_september():
    with time_machine.travel(f"{TODAY}T09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def order() -> Order:
    """An order with a little of everything on it."""
    order = an_order(unpaid_work(100), supervision(12), case=a_case(family_name="Whinmuir"))
    by = {"actor": worker_of(order.case), "order": order}
    for on, kind, came in (
        ("4 June 2025", "first_contact", True),
        ("20 June 2025", "supervision", True),
        ("4 July 2025", "supervision", False),
    ):
        operations.record_contact(
            kind=kind, on=day(on), attended=came, note="Spoke of V", today=day(on), **by
        )
    work(order, "12 June 2025", 7)
    plan = Plan.objects.create(order=order, approved_on=day("20 June 2025"))
    goal = Goal.objects.create(plan=plan, need="other", words="Find a flat of my own")
    GoalProgress.objects.create(goal=goal, on=day("10 July 2025"), status="under_way", note="On three lists")
    case_operations.raise_alert(
        actor=by["actor"], case=order.case, kind="risk_to_staff", text="Large dog", from_on=day("1 July 2025")
    )
    return order


@pytest.fixture
def manager(client):
    user = a_manager()
    client.force_login(user)
    return user


def text_of(response) -> str:
    body = response.content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[body.index("<main") :])))


def plan(order, on="1 September 2025", **more):
    given = {"planned_on": day(on), "for_due_on": FIRST, "today": date(2025, 9, 1), **more}
    return assessing.plan_review(actor=worker_of(order.case), order=order, **given)


def hold(order, **more) -> Review:
    given = {"held_on": day("1 September 2025"), "for_due_on": FIRST, "today": date(2025, 9, 1), **more}
    return assessing.hold_review(actor=worker_of(order.case), order=order, **given)


def a_task(order) -> Task:
    owner = worker_of(order.case)
    hold(order, decided=[Decided("Ring the clinic", "task", owner, day("15 September 2025"))])
    return Task.objects.get()


# --- Who opens them --------------------------------------------------------------------------------------


def pages(order) -> dict[str, str]:
    meeting = plan(order, for_due_on=None)
    task = a_task(order)
    of_order = ("hold_review", "plan_review", "order_reviews", "review_figures", "progress_report")
    return {
        **{name: reverse(name, args=[order.pk]) for name in of_order},
        "review": reverse("review", args=[task.review_id]),
        "complete_task": reverse("complete_task", args=[task.pk]),
        **{
            name: reverse(name, args=[meeting.pk])
            for name in ("rearrange_review", "record_missed_review", "cancel_review")
        },
    }


def test_each_page_opens_for_the_manager_is_logged_and_is_not_there_for_another_team(client, order, manager):
    stranger = a_caseworker(team=a_team("South"))
    for name, address in pages(order).items():
        client.force_login(manager)
        seen = Consultation.objects.count()
        assert client.get(address).status_code == 200, name
        assert Consultation.objects.count() == seen + 1, name
        client.force_login(stranger)
        assert client.get(address).status_code == 404, name


def test_who_may_not_change_a_review_is_refused(client, order):
    client.force_login(staff(Role.UNPAID_WORK_SUPERVISOR))
    may_look = {"order_reviews", "review_figures", "review", "complete_task"}
    for name, address in pages(order).items():
        assert client.get(address).status_code == (200 if name in may_look else 403), name
    assert client.get(reverse("reviews")).status_code == 403
    client.force_login(staff(Role.ADMINISTRATOR))
    assert client.get(reverse("tasks")).status_code == 403


# --- A review writes itself ------------------------------------------------------------------------------


def test_the_form_shows_what_the_record_says_and_answers_nothing(client, order, manager):
    response = client.get(reverse("hold_review", args=[order.pk]), {"for_due_on": FIRST.isoformat()})
    said = text_of(response)
    assert "What the record says since the order was imposed 2 June 2025 to 1 September 2025" in said
    assert "All contacts 3 All contacts: offered 2 All contacts: attended 1 All contacts: missed" in said
    assert "Hours credited 7 hours Hours credited Hours left 93 hours" in said
    assert "Find a flat of my own Nothing recorded Under way On three lists" in said
    assert "No LS/CMI is recorded." in said
    assert "The review after this one is due on 2 December 2025" in said
    form = response.context["form"]
    filled = {name for name in form.fields if form[name].value() not in (None, "", [])} - form.carried
    assert filled == {"for_due_on"}  # which review was meant is in the address


def test_every_figure_leads_to_a_list_of_as_many_records_as_it_says(client, order, manager):
    body = client.get(reverse("hold_review", args=[order.pk])).content.decode()
    links = re.findall(r'<a class="govuk-link" href="([^"#]+figures[^"#]*)#([\w-]+)">(\d+)<', body)
    assert len(links) >= 8
    for address, key, value in links:
        page = client.get(unescape(address)).content.decode()
        section = page[page.index(f'id="{key}"') :]
        listed = section[: section.index("</ul>")].count("<li>")
        if key not in ("hours-credited", "hours-left"):
            assert listed == int(value), key


def test_the_records_of_other_days_are_those_asked_for(client, order, manager):
    address = reverse("review_figures", args=[order.pk])
    said = text_of(client.get(address, {"from_on": "2025-07-01", "to_on": "2025-07-31"}))
    assert "Supervision appointment: did not attend" in said
    assert "First direct contact: attended" not in said
    nothing = text_of(client.get(address, {"from_on": "2025-08-10", "to_on": "2025-08-11"}))
    assert "Hours left 93 hours" in nothing
    assert "Supervision appointment" not in nothing
    assert client.get(address, {"from_on": "soon", "to_on": "later"}).status_code == 200


def filled(order, manager, **more) -> dict[str, str]:
    return {
        "held_on": "2025-09-01", "for_due_on": "2025-09-02", "chaired_by": str(manager.pk),
        "attendance": "in_person", "outcome": "plan_changes", **more,
    }  # fmt: skip


def test_a_review_is_saved_with_its_goals_decisions_and_tasks(client, order, manager):
    goal, worker = Goal.objects.get(), worker_of(order.case)
    sent = filled(
        order, manager, persons_views="It helps", discussion="Work and the flat", partner_input="Clinic content",
        risk_changed="yes", risk_change="Lives alone now", decision_1_text="Ring the clinic",
        decision_1_becomes="task", decision_1_owner=str(worker.pk), decision_1_by="2025-09-15",
        decision_2_text="Add a goal about work", decision_2_becomes="plan_change",
    )  # fmt: skip
    sent |= {f"goal_{goal.pk}_status": "achieved", f"goal_{goal.pk}_note": "Moved in"}
    response = client.post(reverse("hold_review", args=[order.pk]), sent, follow=True)
    held = Review.objects.get()
    assert response.redirect_chain == [(reverse("review", args=[held.pk]), 302)]
    said = text_of(response)
    for words in (
        "The review was recorded", "Work and the flat", "It helps", "Clinic content", "Lives alone now",
        "Changes to the plan that are not made yet Add a goal about work Draft the next version of the plan",
        "Ring the clinic A task for somebody", f"15 Sep 2025 Due 15 Sep 2025 {worker.name} Mark as done",
        "Next review due 2 December 2025", "The order goes on with a changed plan",
    ):  # fmt: skip
        assert words in said, words
    assert goal.progress.latest("pk").status == "achieved"
    Plan.objects.create(order=order, approved_on=day("1 September 2025"))
    assert "not made yet" not in text_of(client.get(reverse("review", args=[held.pk])))


@pytest.mark.parametrize(
    ("more", "sentence", "field"),
    [
        ({"attendance": ""}, "Select whether the person was there", "attendance"),
        ({"chaired_by": ""}, "Select who chaired", "chaired_by"),
        ({"risk_changed": "yes"}, "Enter what changed in the risk", "risk_change"),
        ({"decision_1_text": "Ring"}, "Select what comes of decision 1", "decision_1_becomes"),
        ({"decision_4_becomes": "plan_change"}, "Enter what decision 4 was", "decision_4_text"),
        (
            {"decision_2_text": "Ring", "decision_2_becomes": "task"},
            "Select who does the task of decision 2",
            "decision_2_owner",
        ),
    ],
    ids=["attendance", "chair", "risk", "nothing comes of it", "no words", "nobody's task"],
)
def test_what_is_missing_is_said_beside_its_question(client, order, manager, more, sentence, field):
    response = client.post(reverse("hold_review", args=[order.pk]), filled(order, manager, **more))
    assert response.status_code == 422
    assert sentence in [str(one) for one in response.context["form"].errors[field]]
    assert not Review.objects.exists()


def test_a_chair_who_is_no_manager_is_asked_about_and_then_recorded(client, order, manager):
    address, other = reverse("hold_review", args=[order.pk]), a_caseworker()
    assert "Why no first line manager chairs" not in text_of(client.get(address))
    sent = filled(order, other)
    response = client.post(address, sent)
    assert "Enter why no first line manager chairs" in text_of(response)
    assert "Why no first line manager chairs" in text_of(response)
    client.post(address, {**sent, "chair_reason": "Called away"})
    assert Review.objects.get().chair_reason == "Called away"


# --- Planned, moved, missed ------------------------------------------------------------------------------


def test_a_review_is_planned_moved_missed_and_all_of_it_is_told(client, order, manager):
    address = reverse("plan_review", args=[order.pk])
    shown = client.get(address, {"for_due_on": "2025-09-02", "planned_on": "2025-09-01"}).context["form"]
    assert (shown["for_due_on"].value(), shown["planned_on"].value()) == ("2025-09-02", "2025-09-01")
    sent = {"for_due_on": "2025-09-02", "planned_on": "2025-09-01", "chaired_by": str(manager.pk)}
    said = text_of(client.post(address, sent, follow=True))
    assert "The review is planned" in said
    assert "The review due on 2 September 2025" not in text_of(client.get(address))
    meeting = ReviewMeeting.objects.get()
    said = text_of(
        client.post(
            reverse("record_missed_review", args=[meeting.pk]),
            {"who_did_not_come": "person", "reason": "person_did_not_come", "version": meeting.version},
            follow=True,
        )
    )
    assert "It is still due: rearrange it" in said
    meeting.refresh_from_db()
    client.post(
        reverse("rearrange_review", args=[meeting.pk]),
        {"reason": "person_did_not_come", "planned_on": "2025-09-02", "version": meeting.version},
    )
    second = meeting.followed_by
    client.post(
        reverse("rearrange_review", args=[second.pk]),
        {"reason": "chair_away", "planned_on": "2025-09-03", "version": 1},
    )
    assert "Planned late" in text_of(client.get(reverse("order_reviews", args=[order.pk])))
    chronology = text_of(client.get(reverse("chronology", args=[order.case_id])))
    assert "Review planned for 1 September 2025 missed: the person did not come" in chronology
    assert "Review planned for 2 September 2025 rearranged for 3 September 2025" in chronology


def test_a_review_that_somebody_changed_meanwhile_shows_both(client, order, manager):
    meeting = plan(order)
    sent = {"reason": "chair_away", "planned_on": "2025-09-02", "version": 0}
    assert client.post(reverse("rearrange_review", args=[meeting.pk]), sent).status_code == 409


def test_a_review_row_of_the_order_leads_to_the_review(client, order, manager):
    held = hold(order)
    body = client.get(reverse("order", args=[order.pk])).content.decode()
    assert f'href="{reverse("review", args=[held.pk])}"' in body


# --- Tasks -----------------------------------------------------------------------------------------------


def test_tasks_are_listed_for_their_owner_and_for_the_manager_until_they_are_done(client, order, manager):
    task = a_task(order)
    other = a_caseworker()
    for user, sees in ((task.owner, True), (manager, True), (other, False)):
        client.force_login(user)
        assert ("Ring the clinic" in text_of(client.get(reverse("tasks")))) is sees
    client.force_login(task.owner)
    sent = {"done_on": "2025-09-01", "done_note": "They will write", "version": task.version}
    said = text_of(client.post(reverse("complete_task", args=[task.pk]), sent, follow=True))
    assert "The task is done" in said
    assert "They will write" in said
    assert "There is nothing to be done from a review." in text_of(client.get(reverse("tasks")))


def test_tasks_are_narrowed_to_those_that_are_late(client, order, manager):
    a_task(order)
    late = text_of(client.get(reverse("tasks"), {"when": "overdue"}))
    assert "Ring the clinic" not in late
    with time_machine.travel("2025-09-16T09:00:00+01:00", tick=False):
        client.force_login(manager)
        late = text_of(client.get(reverse("tasks"), {"when": "overdue"}))
    assert "Ring the clinic" in late
    assert "Overdue 1 day" in late


def test_an_undone_change_to_the_plan_stands_beside_the_tasks(client, order, manager):
    hold(order, decided=[Decided("Add a goal about work", "plan_change")])
    assert ReviewDecision.objects.count() == 1
    for user in (manager, worker_of(order.case)):
        client.force_login(user)
        assert "Add a goal about work" in text_of(client.get(reverse("tasks")))
    client.force_login(a_caseworker())
    assert "Add a goal about work" not in text_of(client.get(reverse("tasks")))


# --- Reviews to chair ------------------------------------------------------------------------------------


def test_reviews_that_are_too_many_for_their_week_are_offered_an_earlier_one(client, manager):
    orders = [
        an_order(supervision(9), imposed="19 June 2025", case=a_case(family_name=name))
        for name in ("Ailsa", "Bracken")
    ]
    case_operations.set_review_slots(actor=manager, slots_per_week=1, from_on=day("1 September 2025"))
    response = client.get(reverse("reviews"))
    said = text_of(response)
    assert "2 reviews" in said
    assert "1 too many" in said
    (move,) = response.context["teams"][0].moves
    assert move.words == "due 19 September 2025: hold it in the week of 8 September 2025"
    assert move.href == (
        f"{reverse('plan_review', args=[orders[0].pk])}?for_due_on=2025-09-19&planned_on=2025-09-08"
    )
    plan(orders[0], "8 September 2025", for_due_on=day("19 September 2025"))
    response = client.get(reverse("reviews"))
    assert response.context["teams"][0].moves == ()
    assert "too many" not in text_of(response)


def test_what_has_no_room_is_said(client, manager):
    for _ in range(3):
        an_order(supervision(9), imposed="2 June 2025")
    case_operations.set_review_slots(actor=manager, slots_per_week=2, from_on=day("1 September 2025"))
    assert "1 review has no room in any earlier week." in text_of(client.get(reverse("reviews")))


def test_the_head_of_the_service_sees_every_team_and_a_manager_their_own(client, order):
    an_order(supervision(9), case=a_case(worker=a_caseworker(team=a_team("South")), family_name="Southerly"))
    for user, teams in (
        (a_manager(), ["North"]),
        (staff(Role.SENIOR_MANAGER), ["North", "South"]),
    ):
        if user.role == Role.SENIOR_MANAGER:
            user.team = None
            user.save()
        client.force_login(user)
        response = client.get(reverse("reviews"))
        assert [team.name for team in response.context["teams"]] == teams
        assert ("Southerly" in text_of(response)) is ("South" in teams)


def test_the_list_asks_as_many_questions_whatever_there_is(client, manager, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        client.get(reverse("reviews"))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("reviews"))
        return len(found)

    plan(an_order(supervision(9)))
    before = asked()
    for _ in range(3):
        plan(an_order(supervision(9)))
    assert asked() == before


# --- The court -------------------------------------------------------------------------------------------


def test_the_court_is_told_what_the_record_says_and_nothing_of_others(client, order, manager):
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("weasyprint", exc_type=OSError)
    case_operations.record_note(
        actor=worker_of(order.case), case=order.case, kind="persons_views", on=day("1 July 2025"),
        text="About V", today=date(2025, 9, 1),
    )  # fmt: skip
    hold(order, persons_views="It helps", discussion="Of the neighbour", outcome="as_it_is")
    sent = {"from_on": "2025-06-02", "to_on": "2025-09-01", "statement": "Good progress was made."}
    response = client.post(reverse("progress_report", args=[order.pk]), sent)
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for words in ("Good progress was made.", "Find a flat of my own", "93 hours", "It helps", "Absences"):
        assert words in said, words
    for words in (
        "Large dog",
        "Risk to staff",
        "Alerts",
        "Spoke of V",
        "On three lists",
        "About V",
        "Of the neighbour",
    ):
        assert words not in said, words
    looked = Consultation.objects.filter(kind=Consultation.Kind.DOCUMENT).get()
    assert (looked.recipient, looked.case) == ("The court", order.case)


def test_a_report_without_a_statement_or_with_its_days_turned_is_refused(client, order, manager):
    address = reverse("progress_report", args=[order.pk])
    response = client.post(address, {"from_on": "2025-09-01", "to_on": "2025-06-02", "statement": ""})
    assert response.status_code == 422
    said = text_of(response)
    assert "Enter your statement to the court" in said
    assert "Enter a last day on or after the first day" in said
    assert not Consultation.objects.filter(kind=Consultation.Kind.DOCUMENT).exists()


# --- By program ------------------------------------------------------------------------------------------


def test_a_review_is_recorded_and_read_by_program(client, order, manager):
    goal = Goal.objects.get()
    body = filled(order, manager, decision_1_text="Ring", decision_1_becomes="plan_change")
    body |= {f"goal_{goal.pk}_status": "achieved"}
    answer = client.post(
        f"/api/v1/orders/{order.pk}/reviews/", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    row = client.get("/api/v1/reviews/").json()["results"][0]
    assert (row["attendance"], row["outcome"], row["decisions"]) == ("in_person", "plan_changes", "Ring")

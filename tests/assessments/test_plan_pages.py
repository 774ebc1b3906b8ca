"""The pages of a plan as their users meet them: from the first draft to the copy that the person takes home."""

from __future__ import annotations

import io
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import operations
from assessments.domain.plan import ProposedGoal, ProposedPlan, ProposedStep
from assessments.models import Goal, GoalProgress, Intervention, Plan, VictimSafety
from cases.models import Consultation, Draft, Role
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, staff, supervision, worker_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
IMPOSED = TODAY - timedelta(days=20)
SCORES = {
    "criminal_history": 3, "education_employment": 7, "family_marital": 0, "leisure_recreation": 1, "companions": 3,
    "alcohol_drug": 8, "procriminal_attitude": 0, "antisocial_pattern": 0,
}  # fmt: skip


@pytest.fixture
def order():
    case = a_case(opened=IMPOSED)
    made = an_order(supervision(12), case=case, imposed=IMPOSED)
    operations.complete_assessment(
        actor=worker_of(case), order=made, tool="ls_cmi", completed_on=IMPOSED, today=TODAY, sub_scores=SCORES
    )
    return made


@pytest.fixture
def worker(order):
    return worker_of(order.case)


def enter(user):
    client = Client()
    client.force_login(user)
    return client


def drafted(order, **more):
    plan = operations.draft_plan(actor=worker_of(order.case), order=order, today=TODAY)
    goal = ProposedGoal(
        "alcohol_drug", "Drink less", "A diary", TODAY, (ProposedStep("Ring the service", "worker"),)
    )
    given = {
        "agreement": "yes", "discussed_on": TODAY, "goals": (goal,), "strengths": "A steady home",
        "stages": operations.proposed_of(plan).stages, **more,
    }  # fmt: skip
    return operations.amend_plan(
        actor=worker_of(order.case), plan=plan, proposed=ProposedPlan(**given), today=TODAY,
        expected_version=plan.version,
    )  # fmt: skip


def submitted(order, **more):
    plan = drafted(order, **more)
    return operations.submit_plan(
        actor=worker_of(order.case), plan=plan, today=TODAY, expected_version=plan.version,
        unmet_because="Later",
    )  # fmt: skip


def approved(order, **more):
    plan = submitted(order, **more)
    return operations.approve_plan(
        actor=a_manager(),
        order=order,
        plan=plan,
        approved_on=TODAY,
        today=TODAY,
        expected_version=plan.version,
    )


def words(answer):
    return unescape(answer.content.decode())


def form_of(client, address):
    """What the form of a page holds, as a browser would send it."""
    form = client.get(address).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        if value in (None, "", ("", "", "")):
            continue
        sent[field.html_name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return sent


# --- Writing --------------------------------------------------------------------------------------------------


def test_a_worker_begins_a_draft_from_the_orders_page_and_writes_it(order, worker):
    client = enter(worker)
    page = words(client.get(reverse("order", args=[order.pk])))
    begin = reverse("draft_plan", args=[order.pk])
    assert f'href="{begin}"' in page
    answer = client.post(begin)
    plan = Plan.objects.get()
    write = reverse("amend_plan", args=[plan.pk])
    assert answer["Location"] == write
    sent = form_of(client, write) | {
        "strengths": "A steady home",
        "discussed_on": TODAY.isoformat(),
        "agreement": "yes",
        "goal_1_need": "alcohol_drug",
        "goal_1_words": "I want to drink less",
        "goal_1_measure": "A diary",
        "goal_1_by": TODAY.isoformat(),
        "goal_1_step_1_action": "Ring the service",
        "goal_1_step_1_who": "worker",
    }
    answer = client.post(write, sent)
    assert answer["Location"] == reverse("plan", args=[plan.pk])
    assert list(plan.goals.values_list("words", "steps__action")) == [
        ("I want to drink less", "Ring the service")
    ]
    page = words(client.get(reverse("order", args=[order.pk])))
    assert "Go on with the plan's draft" in page
    assert f'href="{answer["Location"]}"' in page
    # Whoever comes back to where it began is led on to it, and begins no second one
    assert "Go on with it" in words(client.get(begin))
    assert client.post(begin)["Location"] == reverse("plan", args=[plan.pk])
    assert Plan.objects.count() == 1


def test_the_draft_proposes_contact_and_says_where_the_proposal_comes_from(order, worker):
    plan = operations.draft_plan(actor=worker, order=order, today=TODAY)
    page = words(enter(worker).get(reverse("amend_plan", args=[plan.pk])))
    assert "every week" in page
    assert "practice guidance 2022, ch. 7" in page
    assert "This program's default, to be set by each council" in page
    assert "How sure: low" in page


def typed(plan, client):
    sent = form_of(client, reverse("amend_plan", args=[plan.pk]))
    return sent | {"goal_1_words": "A half-written thought", "persons_views": "Says it is too much"}


def test_another_goal_keeps_everything_typed_and_saves_nothing(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    page = client.get(address)
    assert [block.number for block in page.context["goals"]] == [1]
    sent = typed(plan, client)
    page = client.post(address, sent | {"change": "add-goal:"})
    assert page.status_code == 200
    assert [block.number for block in page.context["goals"]] == [1, 2]
    assert "A half-written thought" in words(page)
    assert "Says it is too much" in words(page)
    assert not page.context["form"].errors
    plan.refresh_from_db()
    assert (plan.persons_views, plan.goals.get().words) == ("", "Drink less")
    # The button of what is shown saves all of it.
    page = client.post(address, sent | {"goal_2_need": "other", "goal_2_words": "A home"})
    assert page.status_code == 302
    assert list(plan.goals.values_list("words", flat=True)) == ["A half-written thought", "A home"]


def test_another_step_stands_in_its_own_goal(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    page = client.post(address, typed(plan, client) | {"change": "add-step:1"})
    assert [len(block.steps) for block in page.context["goals"]] == [2]
    page = client.post(address, typed(plan, client) | {"change": "add-stage:"})
    assert [block.number for block in page.context["stages"]] == [1, 2, 3]


def test_a_goal_is_removed_and_those_after_it_move_up(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    both = typed(plan, client) | {"goal_2_need": "other", "goal_2_words": "A home"}
    page = client.post(address, both | {"change": "remove:goal_1"})
    form = page.context["form"]
    assert (form["goal_1_words"].value(), form["goal_1_key"].value()) == ("A home", None)
    kept = {name: value for name, value in both.items() if not name.startswith("goal_1")}
    client.post(address, kept)
    assert plan.goals.get().words == "A home"


def test_what_is_typed_comes_back_after_the_page_was_left(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    page = client.get(address)
    stamp = page.context["draft"].page
    client.post(
        address, typed(plan, client) | {"change": "add-goal:", "draft-page": stamp, "draft-turn": "0"}
    )
    assert Draft.objects.filter(user=worker, path=address).exists()
    page = words(client.get(address))
    assert "A half-written thought" in page
    assert "This is what you typed on" in page


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        pytest.param({"goal_1_need": ""}, "goal_1_need", "Select what goal 1 is about", id="about nothing"),
        pytest.param({"goal_1_by": "soon"}, "goal_1_by", "The date of goal 1 must", id="a date that is none"),
        pytest.param(
            {"goal_1_step_1_who": ""},
            "goal_1_step_1_who",
            "Enter who does it in step 1 of goal 1",
            id="a step of nobody",
        ),
        pytest.param(
            {"stage_2_every_weeks": ""},
            "stage_2_every_weeks",
            "Enter the number of weeks of contact stage 2",
            id="a stage without a number",
        ),
        pytest.param(
            {"stage_2_every_weeks": "6"},
            "stage_2_looser_because",
            "Enter why contact stage 2 asks for less contact than is proposed",
            id="looser contact without a reason",
        ),
        pytest.param(
            {"stage_2_every_weeks": "40"},
            "stage_2_every_weeks",
            "The number of weeks of contact stage 2 must be between 1 and 26",
            id="contact hardly ever",
        ),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_at_its_field(order, worker, change, field, said):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    page = client.post(address, form_of(client, address) | change)
    assert page.status_code == 422
    assert said in str(page.context["form"].errors[field])
    assert f'href="#{page.context["form"][field].first_id}"' in words(page)


def test_two_people_who_write_at_once_are_shown_both_texts(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    mine = form_of(client, address) | {"goal_1_words": "Mine"}
    client.post(address, form_of(client, address) | {"goal_1_words": "Theirs"})
    page = client.post(address, mine)
    assert page.status_code == 409
    assert "Theirs" in words(page)
    assert "Mine" in words(page)
    assert plan.goals.get().words == "Theirs"


# --- Submitting, returning, approving -------------------------------------------------------------------------


def test_a_high_need_without_a_goal_is_shown_first_and_asked_about(order, worker):
    plan, client = drafted(order), enter(worker)
    page = client.get(reverse("plan", args=[plan.pk]))
    assert [(need.label, need.missing) for need in page.context["needs"]][:3] == [
        ("Education and employment", True),
        ("Companions", True),
        ("Alcohol and drugs", False),
    ]
    address = reverse("submit_plan", args=[plan.pk])
    page = client.get(address)
    assert page.context["unmet"] == ["Education and employment", "Companions"]
    sent = form_of(client, address)
    page = client.post(address, sent)
    assert page.status_code == 422
    assert "or enter why the plan has none" in str(page.context["form"].errors["unmet_because"])
    page = client.post(address, sent | {"unmet_because": "The college comes first"})
    assert page.status_code == 302
    assert "The college comes first" in words(client.get(reverse("plan", args=[plan.pk])))


def test_a_manager_reads_it_from_the_list_returns_it_and_then_approves_it(order, worker):
    plan, manager = submitted(order), a_manager()
    client = enter(manager)
    page = words(client.get(reverse("plans_to_approve")))
    address = reverse("plan", args=[plan.pk])
    assert f'href="{address}"' in page
    assert worker.name in page
    home = words(client.get("/"))
    assert f"by {worker.name}." in home
    assert f'href="{address}"' in home
    assert "Return it" in words(client.get(address))
    send = reverse("return_plan", args=[plan.pk])
    assert client.post(send, form_of(client, send)).status_code == 422
    client.post(send, form_of(client, send) | {"comments": "Say who refers"})
    assert "Say who refers" in words(enter(worker).get(reverse("amend_plan", args=[plan.pk])))
    assert address not in words(client.get(reverse("plans_to_approve")))
    plan.refresh_from_db()
    operations.submit_plan(
        actor=worker, plan=plan, today=TODAY, expected_version=plan.version, unmet_because="Later"
    )
    approve = reverse("approve_draft", args=[plan.pk])
    answer = client.post(approve, form_of(client, approve) | {"approved_on": TODAY.isoformat()})
    assert answer["Location"] == address
    page = words(client.get(address))
    assert "In force" in page
    assert "Draft the next version" in page
    assert address not in words(client.get(reverse("plans_to_approve")))


def test_the_next_version_waits_on_the_managers_list_and_says_what_it_changes(order, worker):
    first = approved(order)
    second = operations.draft_plan(actor=worker, order=order, today=TODAY)
    proposed = operations.proposed_of(second)
    second = operations.amend_plan(
        actor=worker, plan=second, today=TODAY, expected_version=second.version,
        proposed=ProposedPlan(
            agreement="yes", discussed_on=TODAY, stages=proposed.stages,
            goals=(*proposed.goals, ProposedGoal("other", "A home", "Keys", TODAY)),
        ),
    )  # fmt: skip
    operations.submit_plan(
        actor=worker, plan=second, today=TODAY, expected_version=second.version, unmet_because="Later"
    )
    client = enter(a_manager())
    page = client.get(reverse("plans_to_approve"))
    assert page.context["listing"].total == 1
    assert "Next version" in words(page)
    page = client.get(reverse("plan", args=[second.pk]))
    assert [(one.number, one.changes) for one in page.context["versions"]] == [
        (2, ("Goal added: A home",)),
        (1, ()),
    ]
    assert f'href="{reverse("plan", args=[first.pk])}"' in words(page)


# --- What comes of it -----------------------------------------------------------------------------------------


def test_progress_is_recorded_from_the_plan_and_shown_in_it(order, worker):
    plan, client = approved(order), enter(worker)
    goal = plan.goals.get()
    address = reverse("record_goal_progress", args=[goal.pk])
    page = reverse("plan", args=[plan.pk])
    assert f'href="{address}"' in words(client.get(page))
    assert client.post(address, {"on": TODAY.isoformat()}).status_code == 422
    answer = client.post(
        address, {"status": "under_way", "on": TODAY.isoformat(), "note": "Two weeks of diary"}
    )
    assert answer["Location"] == page
    assert GoalProgress.objects.get().status == "under_way"
    assert "Two weeks of diary" in words(client.get(page))


def test_a_referral_is_recorded_and_ends_with_its_outcome(order, worker):
    plan, client = approved(order), enter(worker)
    add = reverse("add_intervention", args=[order.pk])
    sent = {
        "kind": "substance", "name": "Recovery group", "referred_on": TODAY.isoformat(), "goal": plan.goals.get().pk,
    }  # fmt: skip
    assert client.post(add, sent)["Location"] == reverse("plan", args=[plan.pk])
    row = Intervention.objects.get()
    amend = reverse("amend_intervention", args=[row.pk])
    assert f'href="{amend}"' in words(client.get(reverse("plan", args=[plan.pk])))
    kept = form_of(client, amend)
    assert client.post(amend, kept | {"ended_on": TODAY.isoformat()}).status_code == 422
    client.post(amend, kept | {"ended_on": TODAY.isoformat(), "outcome": "not_accepted"})
    assert "The referral was not accepted" in words(client.get(reverse("plan", args=[plan.pk])))


# --- Who may --------------------------------------------------------------------------------------------------

CHANGES = ("amend_plan", "submit_plan", "discard_plan")
MANAGERS = ("return_plan", "approve_draft")


@pytest.mark.parametrize("name", ["plan", "plan_copy", *CHANGES, *MANAGERS])
def test_a_plan_of_another_team_is_not_there(order, name):
    plan = drafted(order)
    role = Role.FIRST_LINE_MANAGER if name in MANAGERS else Role.CASEWORKER
    far = staff(role, team=a_team("South"))
    assert enter(far).get(reverse(name, args=[plan.pk])).status_code == 404


@pytest.mark.parametrize("name", [*CHANGES, *MANAGERS])
def test_a_role_that_may_not_is_told_so(order, worker, name):
    plan = drafted(order)
    user = worker if name in MANAGERS else staff(Role.BUSINESS_SUPPORT)
    assert enter(user).get(reverse(name, args=[plan.pk])).status_code == 403
    assert enter(user).get(reverse("plan", args=[plan.pk])).status_code == 200


def test_the_page_and_the_copy_are_each_logged(order, worker):
    plan, client = drafted(order), enter(worker)
    client.get(reverse("plan", args=[plan.pk]))
    client.get(reverse("plan_copy", args=[plan.pk]))
    assert list(Consultation.objects.order_by("pk").values_list("page", "kind")) == [
        ("plan", "view"), ("plan: the person's copy", "document"),
    ]  # fmt: skip


# --- The person's copy ----------------------------------------------------------------------------------------

CANARY = "Zilverquist"


def document(order, plan):
    pypdf = pytest.importorskip("pypdf")
    answer = enter(worker_of(order.case)).get(reverse("plan_copy", args=[plan.pk]))
    if answer.status_code == 503:
        pytest.skip("the system has no Pango")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_person_takes_home_what_the_plan_says_and_nothing_else(order, worker):
    plan = submitted(order, persons_views="It is fair", contingency="Ring the duty worker")
    operations.return_plan(
        actor=a_manager(),
        plan=plan,
        comments=f"{CANARY} comments",
        today=TODAY,
        expected_version=plan.version,
    )
    VictimSafety.objects.create(plan=plan, text=f"{CANARY} victims")
    operations.add_intervention(
        actor=worker, order=order, kind="housing", name="Key ring", organisation="Burn Homes", referred_on=TODAY,
        today=TODAY, note=f"{CANARY} note",
    )  # fmt: skip
    said = document(order, plan)
    for part in (
        "Drink less", "A diary", "Ring the service", "Your caseworker", "A steady home", "It is fair",
        "Ring the duty worker", "Key ring, Burn Homes", "You agree with this plan", "This is a draft", "every week",
    ):  # fmt: skip
        assert part in said, part
    assert CANARY not in said
    assert "Later" not in said  # why a need has no goal is between the author and the manager


# --- Victims --------------------------------------------------------------------------------------------------


def test_victim_safety_stands_on_its_own_page_for_who_may_know_alone(order, worker):
    plan, client = drafted(order), enter(worker)
    read, write = (reverse(name, args=[plan.pk]) for name in ("victim_safety", "set_victim_safety"))
    first, second = form_of(client, write), form_of(client, write)
    moves = {"text": f"{CANARY} moves the shift"}
    assert [client.post(write, first | moves)["Location"] for _ in range(2)] == [read, read]
    assert CANARY in words(client.get(read))
    sent = form_of(client, write)
    client.post(write, sent | {"text": f"{CANARY} changes the bus"})
    assert VictimSafety.objects.get().text == f"{CANARY} changes the bus"
    late = {name: value for name, value in sent.items() if name != "key"} | {"text": "x"}
    assert client.post(write, late).status_code == 409
    seen = words(client.post(write, second | {"text": "Goes by train"}))  # opened when nothing was written
    assert f"{CANARY} changes the bus" in seen
    assert "Goes by train" in seen
    colleague = enter(a_caseworker())
    for address in (read, write):
        assert colleague.get(address).status_code == 404
    assert "Victim safety" in words(client.get(reverse("plan", args=[plan.pk])))
    pages = [
        reverse("plan", args=[plan.pk]), reverse("amend_plan", args=[plan.pk]), reverse("submit_plan", args=[plan.pk]),
        reverse("order", args=[order.pk]), reverse("case_record", args=[order.case_id]),
        reverse("chronology", args=[order.case_id]), "/api/v1/plans/", f"/api/v1/plans/{plan.pk}/",
    ]  # fmt: skip
    for reader in (client, colleague):
        for address in pages:
            answer = reader.get(address)
            assert answer.status_code == 200, address
            assert CANARY not in words(answer), address
    assert "ictim" not in words(colleague.get(reverse("plan", args=[plan.pk])))
    assert "ictim" not in words(colleague.get(reverse("case_record", args=[order.case_id])))


# --- By program -----------------------------------------------------------------------------------------------


def test_a_program_reads_the_goals_and_writes_the_draft(order, worker):
    plan, client = drafted(order), enter(worker)
    read = client.get(f"/api/v1/plans/{plan.pk}/").json()
    assert [(one["words"], [step["action"] for step in one["steps"]]) for one in read["goals"]] == [
        ("Drink less", ["Ring the service"])
    ]
    body = {
        "goal_1_key": read["goals"][0]["id"], "goal_1_need": "alcohol_drug", "goal_1_words": "Stop drinking",
    }  # fmt: skip
    answer = client.post(
        f"/api/v1/plans/{plan.pk}/write/", body, content_type="application/json",
        headers={"If-Match": str(read["version"])},
    )  # fmt: skip
    assert answer.status_code == 201, answer.json()
    assert Goal.objects.get().words == "Stop drinking"


def test_the_list_of_plans_asks_the_same_number_of_questions_however_many(order, worker):
    client = enter(worker)
    counts = set()
    for _ in range(2):
        drafted(an_order(supervision(6), case=order.case, imposed=IMPOSED, today=TODAY))
        client.get("/api/v1/plans/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/plans/").status_code == 200
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_goal_that_was_taken_out_does_not_come_back(order, worker):
    plan, client = drafted(order), enter(worker)
    address = reverse("amend_plan", args=[plan.pk])
    page = client.post(address, form_of(client, address) | {"change": "remove:goal_1"})
    assert [block.fields[1].value() for block in page.context["goals"]] == [None]

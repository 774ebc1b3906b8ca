"""Drafts: kept as typed, given back to their author alone, gone once sent, never brought back by what comes late."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import drafts, jobs, permissions
from cases.drafts import OpenForm, keep
from cases.models import Case, Draft, Entry, Person, Role, User
from justice.web.drafts import form_page
from justice.web.templatetags.govuk import clock
from justice.web.views import OperationView
from orders.models import Contact, Order
from tests.builders import a_caseworker, a_team
from tests.web.conftest import World
from tests.web.test_pages import addresses

pytestmark = pytest.mark.django_db

AFTERNOON = datetime(2026, 11, 27, 15, 5, tzinfo=ZoneInfo("Europe/London"))
CARRIED = ("draft-page", "draft-after", "draft-turn", "key", "version", "csrfmiddlewaretoken")


def hidden(page: str) -> dict[str, str]:
    """What the form of the page carries."""
    form = page[page.index('<form class="app-form"') :] if 'class="app-form"' in page else page
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', form) for name in CARRIED}
    return {name: match[1] for name, match in found.items() if match}


class Tab:
    """One opening of a form's page, in one person's browser."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        self.page = answer.content.decode()
        self.carried = hidden(self.page)
        self.turn = int(self.carried.get("draft-turn", "0"))

    def fields(self, **typed: Any) -> dict[str, Any]:
        return {**self.carried, "draft-turn": str(self.turn), **typed}

    def types(self, **typed: Any) -> dict[str, Any]:
        """What the script sends as somebody types."""
        self.turn += 1
        answer = self.client.post(reverse("save_draft"), self.fields(**typed), HTTP_ACCEPT="application/json")
        return {"status": answer.status_code, **answer.json()}

    def sends(self, **typed: Any) -> Any:
        return self.client.post(self.address, self.fields(**typed))


@pytest.fixture
def worker(world: World) -> User:
    return world.users[Role.CASEWORKER]


@pytest.fixture
def client(world: World) -> Client:
    return world.client(Role.CASEWORKER)


@pytest.fixture
def contact(world: World) -> str:
    """The address of a form."""
    return reverse("record_contact", args=[world.keys["order"]])


def whole() -> dict[str, Any]:
    """A contact that is accepted."""
    on = timezone.localdate()
    return {
        "kind": "telephone", "on_day": on.day, "on_month": on.month, "on_year": on.year,
        "attended": "yes", "note": "Came early",
    }  # fmt: skip


def shown(page: str, name: str) -> str:
    """What stands in a box or a text of the page."""
    box = re.search(
        rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"|<textarea[^>]*name="{name}"[^>]*>\s*([^<]*)<', page
    )
    return (box[1] or box[2] or "") if box else ""


# --- Kept, and given back -------------------------------------------------------------------------------------


def test_what_is_typed_comes_back_when_the_form_is_opened_again(client: Client, contact: str):
    tab = Tab(client, contact)
    told = tab.types(
        kind="home_visit", on_day="31", on_month="feb", on_year="", at="half nine", note="Not in & <away>"
    )
    saved = Draft.objects.filter(path=contact)
    assert told == {"status": 200, "saved": clock(saved.get().saved_at), "sent": False}
    saved.update(saved_at=AFTERNOON)

    page = Tab(client, contact).page
    assert (
        "This is what you typed on 27 November 2026 at 3:05pm. It has not been saved to the record." in page
    )
    assert "Discard it and start again" in page
    assert (shown(page, "on_day"), shown(page, "on_month"), shown(page, "at")) == ("31", "feb", "half nine")
    assert "Not in &amp; &lt;away&gt;</textarea>" in page
    assert re.search(r'value="home_visit" checked', page)
    assert "There is a problem" not in page
    assert "govuk-error-message" not in page


def test_ticks_lists_and_what_a_choice_reveals_come_back(world: World, client: Client):
    address = reverse("impose_order", args=[world.keys["case"]])
    Tab(client, address).types(
        basis="fine_default", fine_pounds="1,20", court_type="justice_of_the_peace",
        requirements=["unpaid_work", "programme"], unpaid_work_hours="9o", programme_details="Moving on",
        unpaid_work_last_day_month="May", transferred_in="on",
    )  # fmt: skip
    page = Tab(client, address).page
    for value in ("fine_default", "unpaid_work", "programme", "on"):
        assert re.search(rf'value="{value}"[^>]* checked|checked[^>]*value="{value}"', page) or (
            value == "on" and re.search(r'name="transferred_in"[^>]* checked', page)
        ), value
    assert shown(page, "fine_pounds") == "1,20"
    assert shown(page, "unpaid_work_hours") == "9o"
    assert shown(page, "unpaid_work_last_day_month") == "May"
    assert "Moving on" in page
    assert re.search(r'value="supervision" checked', page) is None


def test_a_field_that_was_shown_only_on_a_refusal_is_there_again(client: Client, contact: str):
    tab = Tab(client, contact)
    assert 'name="late_reason"' not in tab.page
    tab.types(note="Late", late_reason="did_not_turn_up")
    assert re.search(r'value="did_not_turn_up" selected', Tab(client, contact).page)


def test_names_the_form_no_longer_has_are_let_go_and_new_fields_begin_as_always(client: Client, contact: str):
    Tab(client, contact).types(a_field_of_last_year="Something", note="Still here")
    page = Tab(client, contact).page
    assert "Something" not in page
    assert shown(page, "note") == "Still here"


def test_every_form_opens_again_with_anything_at_all_typed_into_it(world: World):
    """Whatever a form does with its initial values, text that is no date and no number does not break its page."""
    opened = 0
    for name, address in addresses(world):
        view = form_page(address)
        if view is None:
            continue
        roles = (
            Role.FIRST_LINE_MANAGER,
            Role.PERFORMANCE_OFFICER,
            Role.ADMINISTRATOR,
            Role.SENIOR_MANAGER,
        )
        client = world.client(
            next(role for role in roles if permissions.allows(world.users[role], view.operation))
        )
        if "data-draft" not in client.get(address).content.decode():
            continue
        opened += 1
        tab = Tab(client, address)
        names = set(re.findall(r'name="([a-z_0-9]+)"', tab.page)) - set(CARRIED)
        assert tab.types(**{one: ["<?>", "x"] for one in names})["status"] == 200, name
        assert "It has not been saved to the record" in Tab(client, address).page, name
    assert opened > 30


def test_a_password_a_file_and_a_token_are_never_kept(world: World):
    client = world.client(Role.ADMINISTRATOR)
    tab = Tab(client, reverse("add_member_of_staff"))
    tab.types(name="Ann", password="a long password", csrfmiddlewaretoken="secret-token")
    assert tab.sends(name="Ann", password="a long password").status_code == 422
    draft = Draft.objects.get(user=world.users[Role.ADMINISTRATOR])
    assert draft.data["name"] == ["Ann"]
    assert "a long password" not in str(draft.data)
    assert "secret-token" not in str(draft.data)
    assert not [name for name in draft.data if name.startswith(("draft-", "csrf"))]


def test_a_draft_that_is_too_long_is_refused_in_words(client: Client, contact: str):
    told = Tab(client, contact).types(note="x" * (drafts.LONGEST + 1))
    assert told == {
        "status": 422,
        "problem": "This is too long to be kept as a draft. Shorten it, or send the form",
    }


def test_one_person_cannot_fill_the_table(
    client: Client, contact: str, worker: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drafts, "MOST", Draft.objects.filter(user=worker).unfinished().count() + 1)
    tab, another = Tab(client, contact), Tab(client, contact)
    assert tab.types(note="One")["status"] == 200
    assert another.types(note="Two")["problem"].endswith(
        "unfinished forms. Send or discard some of them first"
    )
    assert tab.types(note="One and more")["status"] == 200
    assert another.sends(**whole()).status_code == 302, "what is sent is carried out all the same"


def test_brought_back_to_what_it_was_there_is_nothing_to_keep(client: Client, contact: str):
    tab = Tab(client, contact)
    tab.types(note="Oh no")
    assert tab.types(note="", **{"draft-as-it-was": "1"}) == {"status": 200, "saved": "", "sent": False}
    assert "has not been saved" not in Tab(client, contact).page


def test_what_arrives_late_never_takes_the_place_of_what_is_newer(client: Client, contact: str):
    tab = Tab(client, contact)
    tab.types(note="First")
    tab.types(note="First and second")
    tab.turn = 0
    tab.types(note="First")
    assert shown(Tab(client, contact).page, "note") == "First and second"


# --- Whose it is ----------------------------------------------------------------------------------------------


def test_nobody_else_sees_it_not_even_on_the_same_form(world: World, client: Client, contact: str):
    Tab(client, contact).types(note="For my eyes")
    for role in (Role.FIRST_LINE_MANAGER, Role.UNPAID_WORK_SUPERVISOR):
        other = world.client(role)
        assert "For my eyes" not in other.get(contact).content.decode()
        assert "For my eyes" not in other.get(reverse("drafts_list")).content.decode()
        draft = Draft.objects.unfinished().get(path=contact)
        assert other.post(reverse("discard_draft", args=[draft.pk])).status_code == 404
        assert "For my eyes" not in other.get(contact, {"draft": draft.pk}).content.decode()


def test_who_lost_sight_of_the_case_gets_404_and_the_list_names_nobody(
    world: World, client: Client, contact: str, worker: User
):
    Tab(client, contact).types(note="Typed before")
    name = Order.objects.get(pk=world.keys["order"]).case.person.name
    assert name in client.get(reverse("drafts_list")).content.decode()
    worker.team = a_team("South")
    worker.save()
    for allocation in worker.allocations.all():
        allocation.worker = None
        allocation.save()
    assert client.get(contact).status_code == 404
    page = client.get(reverse("drafts_list")).content.decode()
    assert name not in page
    assert contact not in page
    assert "You have no unfinished forms" in page


def test_a_person_who_lost_the_role_is_not_offered_the_form(client: Client, contact: str, worker: User):
    Tab(client, contact).types(note="Typed before")
    worker.role = Role.BUSINESS_SUPPORT
    worker.save()
    assert contact not in client.get(reverse("drafts_list")).content.decode()
    assert client.get(contact).status_code == 403


@pytest.mark.parametrize(
    "stamp", ["", "nonsense", "signed elsewhere", "too old", "no such form", "not a form"]
)
def test_only_a_page_of_ours_can_save(client: Client, contact: str, worker: User, stamp: str):
    told = {"user": worker.pk, "path": contact, "query": "", "case": None, "stamp": str(uuid.uuid4())}
    made = {
        "signed elsewhere": lambda: signing.dumps(told, salt="another"),
        "no such form": lambda: signing.dumps({**told, "path": "/nowhere/"}, salt="justice.draft"),
        "not a form": lambda: signing.dumps({**told, "path": reverse("my_caseload")}, salt="justice.draft"),
    }
    if stamp == "too old":
        with time_machine.travel(timezone.now() - drafts.KEPT - timedelta(minutes=1)):
            sent = signing.dumps(told, salt="justice.draft")
    else:
        sent = made.get(stamp, lambda: stamp)()
    answer = client.post(reverse("save_draft"), {"draft-page": sent, "draft-turn": "1", "note": "x"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"problem": "This form is not complete. Open it again"},
    )
    assert not Draft.objects.filter(path=contact).exists()


def test_garbled_numbers_do_no_harm(client: Client, contact: str):
    tab = Tab(client, contact)
    for turn in ("", "-1", "1e9", "٣", "9" * 30):
        tab.carried["draft-after"] = f"not-a-uuid:{turn}"
        answer = client.post(reverse("save_draft"), {**tab.carried, "draft-turn": turn, "note": "x\x00y"})
        assert answer.status_code == 200


def test_what_somebody_typed_stays_theirs_when_another_signs_in_on_their_browser(
    world: World, client: Client, contact: str, worker: User
):
    tab = Tab(client, contact)
    client.force_login(world.users[Role.FIRST_LINE_MANAGER])
    # The script goes on saving for the person whose page it is
    assert tab.types(note="Typed by the first")["status"] == 200
    # And the page cannot be sent in the name of the second
    before = Contact.objects.count()
    answer = tab.sends(**whole())
    assert answer.status_code == 403
    assert "Somebody else has signed in in this browser" in answer.content.decode()
    assert "Came early" not in answer.content.decode()
    assert Contact.objects.count() == before
    assert "Came early" not in client.get(contact).content.decode()
    client.force_login(worker)
    assert shown(client.get(contact).content.decode(), "note") == "Came early"


# --- Sent, refused, failed ------------------------------------------------------------------------------------


def test_it_goes_when_the_operation_is_done_and_nothing_late_brings_it_back(client: Client, contact: str):
    tab = Tab(client, contact)
    tab.types(**whole())
    late = tab.fields(note="Came ear") | {"draft-turn": "99"}
    assert tab.sends(**whole()).status_code == 302
    assert not Draft.objects.filter(path=contact).unfinished().exists()
    told = client.post(reverse("save_draft"), late).json()
    assert (told["saved"], told["sent"]) == ("", True)
    assert "has not been saved" not in Tab(client, contact).page


def test_it_goes_even_where_nothing_was_saved_before_and_the_saving_comes_after(client: Client, contact: str):
    tab = Tab(client, contact)
    tab.sends(**whole())
    tab.turn = 7
    assert tab.types(note="Late")["sent"] is True


def test_a_repeated_form_leaves_no_draft(client: Client, contact: str):
    tab = Tab(client, contact)
    for _ in range(2):
        assert tab.sends(**whole()).status_code == 302
    assert not Draft.objects.filter(path=contact).unfinished().exists()


def test_a_restored_form_sent_takes_the_draft_with_it_that_it_came_from(client: Client, contact: str):
    Tab(client, contact).types(note="Typed and left")
    assert Tab(client, contact).sends(**whole()).status_code == 302
    assert not Draft.objects.filter(path=contact).unfinished().exists()


def test_a_refused_form_is_kept_without_any_script(client: Client, contact: str):
    answer = Tab(client, contact).sends(**{**whole(), "on_day": "45"})
    assert answer.status_code == 422
    assert "Draft saved" in answer.content.decode()
    page = Tab(client, contact).page
    assert shown(page, "note") == "Came early"
    assert shown(page, "on_day") == "45"
    assert "There is a problem" not in page


def test_a_form_sent_empty_leaves_nothing(client: Client, contact: str):
    answer = Tab(client, contact).sends()
    assert answer.status_code == 422
    assert "Draft saved" not in answer.content.decode()
    assert "has not been saved" not in Tab(client, contact).page


def test_a_form_that_only_holds_what_it_began_with_leaves_nothing(world: World, client: Client):
    address = reverse("amend_person", args=[world.keys["case"]])
    tab, person = Tab(client, address), Case.objects.get(pk=world.keys["case"]).person
    born = person.date_of_birth
    same = {
        "given_name": person.given_name, "family_name": person.family_name, "gender": person.gender,
        "date_of_birth_day": born.day, "date_of_birth_month": born.month, "date_of_birth_year": born.year,
        "ethnicity": "", "employment": person.employment,
    }  # fmt: skip
    assert tab.sends(**same).status_code == 422
    assert "has not been saved" in Tab(client, address).page
    assert tab.sends(**{**same, "ethnicity": person.ethnicity, "version": ""}).status_code == 422
    assert "has not been saved" not in Tab(client, address).page


def test_a_restored_form_still_notices_that_the_record_was_changed_meanwhile(world: World, client: Client):
    address = reverse("amend_person", args=[world.keys["case"]])
    person = Case.objects.get(pk=world.keys["case"]).person
    Tab(client, address).types(given_name="Mine", family_name=person.family_name)
    Person.objects.filter(pk=person.pk).update(version=person.version + 1, given_name="Theirs")
    tab, born = Tab(client, address), person.date_of_birth
    assert tab.carried["version"] == str(person.version)
    answer = tab.sends(
        given_name="Mine", family_name=person.family_name, gender="female", ethnicity="not_known",
        date_of_birth_day=born.day, date_of_birth_month=born.month, date_of_birth_year=born.year,
        employment="not_known",
    )  # fmt: skip
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert shown(Tab(client, address).page, "given_name") == "Mine", "and closing the tab then loses nothing"


def test_after_a_fault_the_text_is_there(client: Client, contact: str, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a fault for the test")

    tab = Tab(client, contact)
    client.raise_request_exception = False
    monkeypatch.setattr(OperationView, "run", fail)
    assert tab.sends(**whole()).status_code == 500
    assert shown(Tab(client, contact).page, "note") == "Came early"


def test_a_form_carried_out_whose_answer_was_lost_is_not_carried_out_twice(client: Client, contact: str):
    """The restored form has the key of the first: sent again as it was, it is a repeat."""
    tab = Tab(client, contact)
    tab.types(**whole())
    again = Tab(client, contact)
    before = Contact.objects.count()
    assert tab.sends(**whole()).status_code == 302
    assert again.sends(**whole()).status_code == 302
    assert Contact.objects.count() == before + 1


def test_going_back_changing_it_and_sending_it_again_is_refused_and_loses_nothing(
    client: Client, contact: str
):
    tab = Tab(client, contact)
    tab.sends(**whole())
    before = Contact.objects.count()
    answer = tab.sends(**{**whole(), "note": "Came early, and left late"})
    assert answer.status_code == 422
    assert "This form was already sent with other details" in answer.content.decode()
    again = Tab(client, contact)
    assert shown(again.page, "note") == "Came early, and left late"
    assert "check what is on the record before you send it" in again.page
    assert again.carried["key"] != tab.carried["key"]
    assert again.sends(**{**whole(), "note": "Came early, and left late"}).status_code == 302
    assert Contact.objects.count() == before + 1


# --- The session has ended, the token is old ------------------------------------------------------------------


def test_a_form_sent_after_the_session_ended_is_there_after_signing_in(
    client: Client, contact: str, worker: User
):
    worker.set_password("a long password")
    worker.save()
    client.force_login(worker)
    tab = Tab(client, contact)
    Session.objects.all().delete()
    before, entries = Contact.objects.count(), Entry.objects.count()

    answer = client.post(contact, tab.fields(**whole()), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/sign-in/?next={contact}"
    assert "You were signed out. Sign in and what you typed will still be there." in page
    assert "Came early" not in page
    assert "draft-page" not in page

    signed_in = client.post(
        "/sign-in/", {"login": worker.email, "password": "a long password", "next": contact}, follow=True
    )
    page = signed_in.content.decode()
    assert signed_in.redirect_chain[-1][0] == contact
    assert "It has not been saved to the record" in page
    assert shown(page, "note") == "Came early"
    assert (Contact.objects.count(), Entry.objects.count()) == (before, entries), "nothing is sent by itself"


def test_whoever_signs_in_instead_does_not_get_it(world: World, client: Client, contact: str, worker: User):
    tab = Tab(client, contact)
    Session.objects.all().delete()
    tab.sends(**whole())
    client.force_login(world.users[Role.FIRST_LINE_MANAGER])
    assert "Came early" not in client.get(contact).content.decode()
    client.force_login(worker)
    assert shown(client.get(contact).content.decode(), "note") == "Came early"


def test_nothing_is_kept_of_a_post_that_came_from_no_page_of_ours(client: Client, contact: str):
    tab = Tab(client, contact)
    stranger = Client()
    for fields in (whole(), {**whole(), "draft-page": "forged"}):
        answer = stranger.post(contact, fields, follow=True)
        assert "You were signed out" not in answer.content.decode()
    # A stamp of another form is no stamp of this one
    other = reverse("decide_breach", args=[contact.split("/")[2]])
    assert (
        "You were signed out" not in stranger.post(other, tab.fields(**whole()), follow=True).content.decode()
    )
    assert not Draft.objects.filter(path__in=(contact, other)).exists()


def test_nothing_is_kept_for_somebody_who_has_left(client: Client, contact: str, worker: User):
    tab = Tab(client, contact)
    worker.is_active = False
    worker.save()
    assert tab.sends(**whole()).status_code == 302
    assert not Draft.objects.filter(path=contact).exists()


def test_a_search_sent_without_a_session_is_sent_to_sign_in_as_ever(world: World):
    answer = Client().post(reverse("people"), {"text": "Sample"}, follow=True)
    assert answer.redirect_chain[0][0].startswith("/sign-in/")
    assert "You were signed out" not in answer.content.decode()


def test_a_page_whose_token_is_old_is_not_carried_out_and_loses_nothing(worker: User, contact: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    tab = Tab(client, contact)
    before = Contact.objects.count()
    client.cookies["csrftoken"] = "a" * 32  # what signing in again in another tab does
    answer = tab.sends(**whole())
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Your page was too old to be sent" in page
    assert f'href="{contact}">Go back to the form with what you typed</a>' in page
    assert "Came early" not in page
    assert Contact.objects.count() == before
    assert shown(Tab(client, contact).page, "note") == "Came early"


def test_a_forged_form_leaves_nothing_behind(worker: User, contact: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    client.get(contact)
    answer = client.post(contact, whole())
    assert answer.status_code == 403
    assert "Nothing was saved. Open the page again and send it once more." in answer.content.decode()
    assert not Draft.objects.filter(path=contact).exists()


def test_a_script_is_told_what_to_do_in_json(worker: User, contact: str):
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    tab = Tab(client, contact)
    save, json = reverse("save_draft"), {"HTTP_ACCEPT": "application/json"}
    client.cookies["csrftoken"] = "a" * 32
    stale = client.post(save, tab.fields(note="x"), **json)
    assert (stale.status_code, stale.json()) == (403, {"stale": True})
    token = client.get(save, **json).json()["token"]
    tab.turn = 1
    del tab.carried["csrfmiddlewaretoken"]
    fresh = client.post(save, tab.fields(note="x"), HTTP_X_CSRFTOKEN=token, **json)
    assert fresh.status_code == 200
    Session.objects.all().delete()
    for answer in (client.get(save, **json), client.post(save, tab.fields(), HTTP_X_CSRFTOKEN=token, **json)):
        assert (answer.status_code, answer.json()) == (401, {"signed_out": True})


# --- Two tabs -------------------------------------------------------------------------------------------------


def test_two_tabs_keep_two_drafts_and_each_can_be_gone_on_with(client: Client, contact: str):
    one, two = Tab(client, contact), Tab(client, contact)
    one.types(note="In the first tab")
    Draft.objects.filter(path=contact).update(saved_at=AFTERNOON - timedelta(days=1))
    two.types(note="In the second tab")
    page = Tab(client, contact).page
    assert shown(page, "note") == "In the second tab"
    assert "You typed something else into this form on 26 November 2026 at 3:05pm." in page
    link = re.search(rf'href="({contact}\?draft=\d+)"', page)
    assert link is not None
    assert shown(Tab(client, link[1]).page, "note") == "In the first tab"


def test_a_form_restored_in_a_second_tab_goes_on_with_the_same_draft(client: Client, contact: str):
    Tab(client, contact).types(note="Begun")
    again = Tab(client, contact)
    again.types(note="Begun and gone on with")
    again.types(note="Begun and gone on with for long")
    assert [one.data["note"] for one in Draft.objects.filter(path=contact).unfinished()] == [
        ["Begun and gone on with for long"]
    ]


@pytest.mark.parametrize("first", ["the old tab types first", "the new tab types first"])
def test_typing_on_in_both_tabs_loses_neither(client: Client, contact: str, first: str):
    old = Tab(client, contact)
    old.types(note="Begun")
    new = Tab(client, contact)
    if first == "the old tab types first":
        old.types(note="Begun, in the old tab")
        new.types(note="Begun, in the new tab")
    else:
        new.types(note="Begun, in the new tab")
        old.types(note="Begun, in the old tab")
    old.types(note="Begun, in the old tab, and on")
    assert {one.data["note"][0] for one in Draft.objects.filter(path=contact).unfinished()} == {
        "Begun, in the old tab, and on",
        "Begun, in the new tab",
    }
    assert new.sends(**whole()).status_code == 302
    page = Tab(client, contact).page
    assert shown(page, "note") == "Begun, in the old tab, and on"
    assert "check what is on the record before you send it" in page


def test_a_form_asked_for_otherwise_is_another_form_but_what_was_typed_is_not_hidden(
    client: Client, contact: str
):
    """An address with a question (?for=7) may fill the form in for that: its draft is not shown in place of another."""
    Tab(client, f"{contact}?for=7").types(note="About the seventh")
    page = Tab(client, f"{contact}?for=8").page
    assert shown(page, "note") == ""
    assert "You began this form on" in page
    link = re.search(rf'href="({contact}\?for=7&amp;draft=\d+)"', page)
    assert link is not None
    assert shown(Tab(client, link[1].replace("&amp;", "&")).page, "note") == "About the seventh"
    assert shown(Tab(client, f"{contact}?for=7").page, "note") == "About the seventh"


# --- The list, discarding, clearing ---------------------------------------------------------------------------


def test_the_list_says_which_form_about_whom_and_when_and_is_logged(
    world: World, client: Client, contact: str, worker: User
):
    from cases.models import Consultation

    Tab(client, contact).types(note="Typed")
    Tab(client, reverse("open_case")).types(given_name="Somebody")
    Draft.objects.filter(path=contact).update(saved_at=AFTERNOON)
    page = client.get(reverse("drafts_list")).content.decode()
    case = Order.objects.get(pk=world.keys["order"]).case
    assert (
        f'Record a contact<span class="govuk-visually-hidden">: go on with what you typed about {case.person.name}'
        in page
    )
    assert "27 November 2026 at 3:05pm" in page
    assert "Nobody yet" in page
    assert case.pk in Consultation.objects.filter(page="unfinished forms").latest("pk").cases


def test_the_list_takes_the_same_queries_however_long_it_is(
    world: World, client: Client, worker: User, django_assert_num_queries: Any
):
    from cases.views.drafts import unfinished

    with django_assert_num_queries(2):
        few = unfinished(worker)
    for order in Order.objects.visible_to(worker):
        Tab(client, reverse("record_contact", args=[order.pk])).types(note="Typed")
    with django_assert_num_queries(2):
        assert len(unfinished(worker)) > len(few)


def test_discarding_begins_the_form_again_and_late_savings_do_not_bring_it_back(client: Client, contact: str):
    Tab(client, contact).types(note="Rubbish")
    tab = Tab(client, contact)
    draft = Draft.objects.filter(path=contact).unfinished().get()
    answer = client.post(reverse("discard_draft", args=[draft.pk]), tab.fields())
    assert (answer.status_code, answer["Location"]) == (302, contact)
    assert tab.types(note="Rubbish, late")["sent"] is True
    page = Tab(client, contact).page
    assert "has not been saved" not in page
    assert shown(page, "note") == ""


def test_a_tab_still_typed_into_after_its_draft_was_discarded_in_another_goes_on_with_its_own(
    client: Client, contact: str
):
    tab = Tab(client, contact)
    tab.types(note="Half")
    draft = Draft.objects.filter(path=contact).unfinished().get()
    client.post(reverse("discard_draft", args=[draft.pk]), Tab(client, contact).fields())
    tab.carried["draft-page"] = tab.types(note="Half and more")["page"]
    assert tab.types(note="Half and more")["sent"] is False
    assert shown(Tab(client, contact).page, "note") == "Half and more"


def test_discarding_from_the_list_goes_back_to_the_list(client: Client, contact: str):
    Tab(client, contact).types(note="Rubbish")
    draft = Draft.objects.filter(path=contact).unfinished().get()
    assert client.get(reverse("discard_draft", args=[draft.pk])).status_code == 405
    answer = client.post(reverse("discard_draft", args=[draft.pk]), follow=True)
    assert "The unfinished form was discarded" in answer.content.decode()
    assert contact not in answer.content.decode()


@pytest.mark.parametrize(
    ("age", "data", "stays"),
    [
        (timedelta(days=29), {"note": ["x"]}, True),
        (timedelta(days=31), {"note": ["x"]}, False),
        (timedelta(days=1), {}, True),
        (timedelta(days=3), {}, False),
    ],
    ids=["last month's", "older", "just emptied", "empty for days"],
)
def test_the_night_removes_what_nobody_came_back_for(age: timedelta, data: dict[str, list[str]], stays: bool):
    worker, now = a_caseworker(), timezone.now()
    form = OpenForm(worker.pk, "/orders/1/contacts/new/", uuid.uuid4())
    keep(form, data, turn=1, at=now - age)
    jobs.ask("clear_drafts", "night", council=worker.council)
    jobs.work(lambda: now)
    assert Draft.objects.filter(user=worker).exists() == stays


def test_the_night_asks_for_it():
    from cases.tasks import NIGHTLY

    assert "clear_drafts" in NIGHTLY


def test_a_page_with_nothing_to_type_keeps_nothing(world: World):
    client = world.client(Role.PERFORMANCE_OFFICER)
    from performance.domain.period import Quarter

    for address in (reverse("publish_return", args=[Quarter.of(timezone.localdate())]), reverse("sign_in")):
        page = client.get(address, follow=True).content.decode()
        assert "data-draft" not in page


def test_the_api_makes_no_drafts(client: Client, world: World):
    before = Draft.objects.count()
    client.post(
        f"/api/v1/orders/{world.keys['order']}/contacts/",
        {"note": "Only this"},
        content_type="application/json",
    )
    assert Draft.objects.count() == before

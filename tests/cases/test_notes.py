"""Notes: begun with headings, written by whoever works the case, and the sensitive ones seen by few."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import note_templates, operations
from cases.models import Entry, Limit, Note, Role
from justice.domain.errors import Refused
from tests.builders import a_case, a_caseworker, a_manager, a_team, day, staff, worker_of

pytestmark = pytest.mark.django_db
TODAY = day("3 March 2026")


@pytest.fixture
def case():
    return a_case()


def a_note(case, actor=None, **more):
    given = {"kind": "telephone_call", "on": TODAY, "text": "Rang about the bus", "today": TODAY}
    return operations.record_note(actor=actor or worker_of(case), case=case, **{**given, **more})


def test_a_note_is_written_and_the_entry_names_it(case):
    note = a_note(case)
    assert (note.text, note.recorded_by) == ("Rang about the bus", worker_of(case))
    entry = Entry.objects.get(operation="record_note")
    assert (entry.subject, entry.case) == (f"note:{note.pk}", case)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"text": "  "}, "Enter the note"),
        ({"kind": "gossip"}, "Select the kind of note"),
        ({"on": day("4 March 2026")}, "Enter a date that is not in the future"),
        ({"on": day("4 March 1926")}, "Enter a date after the person was born"),
        (
            {"text": note_templates.templates()["home_visit"].text},
            "Write something under at least one heading",
        ),
        ({"text": "\n Who called whom: \n\nAgreed"}, "Write something under at least one heading"),
    ],
)
def test_a_note_that_says_nothing_is_refused_and_changes_nothing(case, more, message):
    with pytest.raises(Refused) as refused:
        a_note(case, **more)
    assert [one.message for one in refused.value.problems] == [message]
    assert not Note.objects.exists()
    assert not Entry.objects.filter(operation="record_note").exists()


def test_every_template_is_headings_and_no_sentence():
    found = note_templates.templates()
    assert {"supervision_session", "home_visit", "telephone_call", "multi_agency_meeting"} <= set(found)
    assert {"management_oversight", "unpaid_work"} <= set(found)
    for one in found.values():
        assert note_templates.only_headings(one.text), one.key
        assert not any(heading.endswith((".", "?")) for heading in one.headings), one.key
        assert not note_templates.only_headings(f"{one.text}\nWe spoke")


@pytest.mark.parametrize("role", [Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR])
def test_who_does_not_work_with_people_writes_no_note(case, role):
    with pytest.raises(PermissionDenied):
        a_note(case, actor=staff(role))


def test_a_correction_is_a_new_note_and_the_first_stays(case):
    note = a_note(case)
    corrected = operations.correct_note(
        actor=worker_of(case), note=note, kind="telephone_call", on=TODAY, text="Rang about the train",
        reason="It was the train", today=TODAY,
    )  # fmt: skip
    assert list(Note.objects.standing()) == [corrected]
    assert corrected.corrects == note
    with pytest.raises(Refused, match="corrected already"):
        operations.correct_note(
            actor=worker_of(case),
            note=note,
            kind="telephone_call",
            on=TODAY,
            text="No",
            reason="No",
            today=TODAY,
        )


def test_sensitive_is_never_unmade(case):
    note = a_note(case, sensitive=True)
    given = {
        "actor": worker_of(case), "note": note, "kind": note.kind, "on": TODAY, "text": "Other", "reason": "Slip",
        "today": TODAY,
    }  # fmt: skip
    with pytest.raises(Refused, match="stays so"):
        operations.correct_note(**given)
    assert operations.correct_note(**given, sensitive=True).sensitive


def test_only_the_author_or_a_first_line_manager_corrects(case):
    note = a_note(case)
    given = {"note": note, "kind": note.kind, "on": TODAY, "text": "Other", "reason": "Slip", "today": TODAY}
    with pytest.raises(Refused, match="Only who wrote a note"):
        operations.correct_note(actor=a_caseworker(), **given)
    assert operations.correct_note(actor=a_manager(), **given).corrects == note


def test_a_sensitive_note_is_seen_by_its_author_the_holder_and_the_teams_manager_alone(case):
    author = a_caseworker()
    note = a_note(case, actor=author, sensitive=True)
    plain = a_note(case)
    sees = [author, worker_of(case), a_manager()]
    not_all = [
        a_caseworker(),
        staff(Role.BUSINESS_SUPPORT),
        staff(Role.UNPAID_WORK_SUPERVISOR),
        staff(Role.SENIOR_MANAGER),
        staff(Role.PERFORMANCE_OFFICER),
    ]
    nothing = [a_manager(team=a_team("South")), staff(Role.ADMINISTRATOR), staff(Role.INFORMATION_GOVERNANCE)]
    for user in sees:
        assert set(Note.objects.visible_to(user)) == {note, plain}, user.role
    for user in not_all:
        assert set(Note.objects.visible_to(user)) == {plain}, user.role
    for user in nothing:
        assert not Note.objects.visible_to(user).exists(), user.role


def test_who_is_excluded_sees_not_even_their_own(case):
    author = a_caseworker()
    a_note(case, actor=author, sensitive=True)
    Limit.objects.create(person=case.person, user=author, kind=Limit.Kind.EXCLUDED, reason="Knows the person")
    assert not Note.objects.visible_to(author).exists()


def test_the_database_keeps_a_correction_with_its_reason(case):
    first = a_note(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(case=case, kind="other", on=TODAY, text="x", corrects=first)


# --- The page -------------------------------------------------------------------------------------------------


def test_the_box_begins_with_the_headings_asked_for(client, case):
    client.force_login(worker_of(case))
    page = reverse("record_note", args=[case.pk])
    empty = client.get(page).context["form"]
    assert empty["text"].value() in (None, "")
    assert empty["kind"].value() is None
    begun = client.get(page, {"template": "home_visit"}).context["form"]
    assert begun["kind"].value() == "home_visit"
    assert begun["text"].value().startswith("Who was there\n\n\n")
    assert client.get(page, {"template": "gossip"}).context["form"]["kind"].value() is None


def test_a_note_is_saved_and_stands_on_the_case_page(client, case):
    client.force_login(worker_of(case))
    page = f"{reverse('record_note', args=[case.pk])}?template=telephone_call"
    sent = {"kind": "telephone_call", "on": "3 3 2026", "at": "930", "text": "Who called whom\nShe rang us"}
    answer = client.post(page, {**sent, "key": str(uuid.uuid4())}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("case", args=[case.pk])
    assert "She rang us" in answer.content.decode()
    note = Note.objects.get()
    assert note.at.isoformat() == "09:30:00"
    page = reverse("note", args=[case.pk, note.pk])
    assert page in answer.content.decode()
    read = client.get(page).content.decode()
    assert "She rang us" in read
    assert reverse("correct_note", args=[case.pk, note.pk]) in read


def test_headings_alone_come_back_with_the_error_at_the_box(client, case):
    client.force_login(worker_of(case))
    sent = {"kind": "home_visit", "on": "3 3 2026", "text": note_templates.templates()["home_visit"].text}
    answer = client.post(reverse("record_note", args=[case.pk]), {**sent, "key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"] == ["Write something under at least one heading"]
    assert "The home and who lives there" in answer.content.decode()


def test_a_sensitive_note_is_on_no_page_and_in_no_answer_for_the_rest_of_the_team(client, case):
    note = a_note(case, sensitive=True, text="A secret kept")
    client.force_login(a_caseworker())
    assert "A secret kept" not in client.get(reverse("case", args=[case.pk])).content.decode()
    for name in ("note", "correct_note"):
        assert client.get(reverse(name, args=[case.pk, note.pk])).status_code == 404
    assert "A secret kept" not in client.get(reverse("chronology", args=[case.pk])).content.decode()
    assert client.get("/api/v1/notes/").json()["count"] == 0
    assert client.get(f"/api/v1/notes/{note.pk}/").status_code == 404


def test_a_corrected_note_leads_to_the_one_that_replaced_it_and_back(client, case):
    first = a_note(case)
    last = operations.correct_note(
        actor=worker_of(case),
        note=first,
        kind=first.kind,
        on=TODAY,
        text="Other",
        reason="A slip",
        today=TODAY,
    )
    client.force_login(worker_of(case))
    old, new = (reverse("note", args=[case.pk, one.pk]) for one in (first, last))
    assert new in client.get(old).content.decode()
    assert reverse("correct_note", args=[case.pk, first.pk]) not in client.get(old).content.decode()
    assert old in client.get(new).content.decode()
    assert "A slip" in client.get(new).content.decode()

"""One chronology from every part of the record: what it tells, in which order, narrowed, searched and printed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import operations as assessing
from cases import chronology
from cases import operations as case_operations
from cases.chronology import Event, Kind
from cases.models import Consultation, Role
from cases.views.chronology import PAGE, Narrowing, address_of, months
from orders import operations
from orders.models import Contact
from tests.builders import a_case, a_caseworker, a_manager, a_team, an_order, day, staff, work, worker_of

SCOTLAND = ZoneInfo("Europe/London")
TODAY = day("1 August 2025")


def an_event(on="3 June 2025", kind=Kind.CONTACT, title="Seen", **more) -> Event:
    return Event(day(on), kind, title, "order:1", **more)


# --- Narrowing and lateness: no database -----------------------------------------------------------------------------

ROWS = [
    an_event("2 June 2025", Kind.ORDER, "Order imposed", text="Sheriff Court"),
    an_event(
        "3 June 2025", Kind.CONTACT, "Home visit: attended", text="Talked of the NEW job", by="A Worker"
    ),
    an_event("9 June 2025", Kind.SESSION, "Unpaid work: attended"),
]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        pytest.param({}, [0, 1, 2], id="everything"),
        pytest.param({"kinds": ["contact", "session"]}, [1, 2], id="two kinds"),
        pytest.param({"from_on": date(2025, 6, 3)}, [1, 2], id="from a day, with it"),
        pytest.param({"to_on": date(2025, 6, 3)}, [0, 1], id="to a day, with it"),
        pytest.param({"words": "job new"}, [1], id="every word, in any order and case"),
        pytest.param({"words": "visit worker"}, [1], id="words of the title and of who recorded it"),
        pytest.param({"words": "job court"}, [], id="words of two entries find neither"),
        pytest.param({"kinds": ["order"], "words": "attended"}, [], id="kind and words together"),
    ],
)
def test_what_is_left_of_a_chronology(asked, left):
    assert chronology.narrowed(ROWS, **asked) == [ROWS[index] for index in left]


@pytest.mark.parametrize(
    ("at", "late"),
    [
        pytest.param(None, False, id="brought in: nobody says when"),
        pytest.param(datetime(2025, 6, 3, 23, 59, tzinfo=SCOTLAND), False, id="the same evening in Scotland"),
        pytest.param(datetime(2025, 6, 4, 0, 1, tzinfo=SCOTLAND), True, id="after midnight in Scotland"),
        pytest.param(datetime(2025, 6, 1, 9, 0, tzinfo=SCOTLAND), False, id="before it happened"),
    ],
)
def test_what_was_written_down_on_a_later_day_says_so(at, late):
    assert an_event(recorded_at=at).recorded_late is late


# --- What it tells ---------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """An order with something of every kind recorded on it."""
    order = an_order(case=a_case(opened="1 June 2025"))
    case, worker, manager = order.case, worker_of(order.case), a_manager()
    by = {"actor": worker, "order": order, "today": TODAY}
    case_operations.raise_alert(
        actor=worker, case=case, kind="risk_to_staff", text="Two workers", from_on=day("3 June 2025")
    )
    case_operations.change_address(
        actor=worker,
        case=case,
        lines="1 High Street",
        postcode="QZ1 1AA",
        from_on=day("4 June 2025"),
        on=TODAY,
    )
    operations.record_contact(
        kind="first_contact", on=day("3 June 2025"), at=time(9, 30), attended=True, **by
    )
    operations.record_contact(
        kind="supervision", on=day("9 June 2025"), attended=False, note="Rang twice", **by
    )
    session = work(order, "12 June 2025", 7)
    operations.correct_attendance(
        actor=worker, attendance=session, on=day("12 June 2025"), outcome="attended", minutes=300,
        reason="Left early", today=TODAY,
    )  # fmt: skip
    assessing.complete_assessment(
        tool="ls_cmi", completed_on=day("20 June 2025"), total=24, level="", sub_scores={}, **by
    )
    assessing.approve_plan(approved_on=day("23 June 2025"), summary="Find work", **(by | {"actor": manager}))
    operations.decide_absence(
        actor=worker, absence=order.absences.get(), decision="unacceptable", evidence="", reason="None given",
        decided_on=day("25 June 2025"), today=TODAY, expected_version=1,
    )  # fmt: skip
    breach = operations.decide_breach(on=day("1 July 2025"), reason="Absent", skipped_because="Serious", **by)
    operations.lodge_breach(
        actor=worker, breach=breach, on=day("3 July 2025"), today=TODAY, expected_version=1
    )
    report = assessing.request_report(
        actor=worker, case=case, court_type="high", requested_on=day("2 June 2025"),
        hearing_on=day("30 June 2025"), today=TODAY,
    )  # fmt: skip
    assessing.withdraw_report(
        actor=worker,
        report=report,
        on=day("5 June 2025"),
        reason="Pleaded not guilty",
        today=TODAY,
        expected_version=1,
    )
    operations.record_release(
        actor=worker, case=case, licence="parole", released_on=day("6 June 2025"), today=TODAY
    )
    case_operations.record_note(
        actor=worker,
        case=case,
        kind="telephone_call",
        on=day("10 June 2025"),
        text="Rang about the bus",
        today=TODAY,
    )
    appointment = operations.book_appointment(
        kind="supervision",
        on=TODAY,
        at=time(11),
        minutes=60,
        worker=worker,
        case=case,
        all_the_same=True,
        **by,
    )
    operations.cancel_appointment(
        actor=worker, appointment=appointment, cancelled_by="person", reason="Ill", today=TODAY
    )
    return order


def told(order):
    return chronology.events(order.case, worker_of(order.case))


def test_every_part_of_the_record_tells_its_part_the_earliest_first(order):
    rows = told(order)
    assert [row.on for row in rows] == sorted(row.on for row in rows)
    titles = [row.title for row in rows]
    for title in (
        "Case opened",
        f"Order {order.reference} imposed",
        "First direct contact: attended",
        "Supervision appointment: did not attend",
        "Alert: Risk to staff",
        "Moved to a new address",
        "Unpaid work: attended",
        "LS/CMI completed: High, score 24",
        f"Decision to breach, order {order.reference}",
        f"Breach application lodged, order {order.reference}",
        "Released from custody: Parole licence",
        "Telephone call",
        "Supervision appointment: cancelled by the person",
    ):
        assert title in titles, (title, titles)
    assert {row.kind for row in rows} == set(Kind) - {Kind.REVIEW}


def test_a_corrected_session_is_told_once_as_it_stands(order):
    sessions = [row for row in told(order) if row.kind == Kind.SESSION]
    assert [row.text for row in sessions] == ["5 hours worked, 5 hours credited. Corrected: Left early"]


def test_each_says_who_recorded_it_and_each_leads_to_its_record(order):
    worker = worker_of(order.case)
    for row in told(order):
        assert row.by, row.title
        assert address_of(row, order.case), row.title
    contact = next(row for row in told(order) if row.kind == Kind.CONTACT)
    assert (contact.by, contact.at) == (worker.name, time(9, 30))
    assert address_of(contact, order.case) == reverse("order", args=[order.pk]) + "#contacts"


def test_what_came_with_a_caseload_was_written_down_by_nobody_here(order):
    Contact.objects.update(recorded_by=staff(Role.PERFORMANCE_OFFICER))
    contact = next(row for row in told(order) if row.kind == Kind.CONTACT)
    assert (contact.by, contact.recorded_at, contact.recorded_late) == ("", None, False)


def test_the_number_of_queries_does_not_grow_with_the_record(order):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            told(order)
        return len(queries)

    told(order)  # what processes keep of calendars and standards is read once
    before = asked()
    for number in range(5):
        work(order, day("16 June 2025") + timedelta(days=number), 5, today=TODAY)
    an_order(case=order.case, imposed="30 June 2025", hours=60)
    assert asked() == before


def test_an_appointment_that_became_a_contact_is_told_once_and_one_to_come_not_yet(order):
    worker, case = worker_of(order.case), order.case
    before = len(told(order))
    for at, said in ((time(9), "attended"), (time(15), "")):
        row = operations.book_appointment(
            actor=worker, case=case, order=order, kind="supervision", on=TODAY, at=at, minutes=60, worker=worker,
            today=TODAY, all_the_same=True,
        )  # fmt: skip
        if said:
            operations.record_outcome(actor=worker, appointment=row, outcome=said, today=TODAY)
    assert len(told(order)) == before + 1


def test_a_sensitive_note_is_told_only_to_those_who_may_read_it(order):
    worker, other = worker_of(order.case), staff()
    case_operations.record_note(
        actor=worker,
        case=order.case,
        kind="other",
        on=TODAY,
        text="A secret kept",
        today=TODAY,
        sensitive=True,
    )
    assert "Other note, sensitive" in [row.title for row in told(order)]
    assert "A secret kept" not in [row.text for row in chronology.events(order.case, other)]


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def address(client, order):
    client.force_login(worker_of(order.case))
    return reverse("chronology", args=[order.case_id])


def test_the_page_shows_the_newest_first_unless_asked(client, address):
    newest = client.get(address).content.decode()
    oldest = client.get(address, {"order": "oldest"}).content.decode()
    assert newest.index("July 2025") < newest.index("June 2025</h2>")
    assert oldest.index("June 2025</h2>") < oldest.index("July 2025</h2>")


def test_kinds_and_days_stand_in_the_address_and_words_never(client, address):
    answer = client.post(
        address, {"kind": ["contact"], "from_on": "4 June 2025", "words": "", "order": "oldest"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"{address}?kind=contact&from_on=2025-06-04&order=oldest"
    body = client.get(answer["Location"]).content.decode()
    assert "Supervision appointment" in body
    assert "First direct contact" not in body
    searched = client.post(address, {"words": "rang"})
    assert searched.status_code == 200
    assert "Supervision appointment" in searched.content.decode()
    assert "Alert: Risk to staff" not in searched.content.decode()
    # Words in an address are let go.
    assert "Alert: Risk to staff" in client.get(address, {"words": "rang"}).content.decode()


def test_a_date_that_cannot_be_read_is_said_at_its_field_and_nothing_is_hidden(client, address):
    answer = client.post(address, {"from_on": "soon"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert body.count("The first day must") == 2
    assert "Alert: Risk to staff" in body


def test_what_was_recorded_late_says_by_whom_and_how_late(client, address, order):
    Contact.objects.filter(attended=False).update(recorded_at=datetime(2025, 6, 14, 12, tzinfo=SCOTLAND))
    body = client.get(address).content.decode()
    assert f"Recorded by {worker_of(order.case).name} " in body
    assert "on 14 June 2025, 5 days later" in body


def test_a_long_record_comes_a_page_at_a_time_by_address_and_by_search(client, address, order):
    for number in range(PAGE + 5):
        operations.record_contact(
            actor=worker_of(order.case), order=order, kind="telephone", attended=True, note="Hillock",
            on=day("2 June 2025") + timedelta(days=number), today=TODAY,
        )  # fmt: skip
    total = len(told(order))
    body = client.get(address).content.decode()
    assert f"Showing 1 to 50 of {total} entries" in body
    assert f"51 to {total} of {total} entries" in client.get(address, {"page": 2}).content.decode()
    searched = client.post(address, {"words": "hillock"}).content.decode()
    assert "Showing 1 to 50 of 55 entries" in searched
    assert "words=" not in searched  # no link carries them
    assert "51 to 55 of 55" in client.post(address, {"words": "hillock", "page": "2"}).content.decode()


def test_another_team_finds_no_chronology(client, order):
    client.force_login(a_caseworker(team=a_team("South")))
    for name in ("chronology", "chronology_print"):
        assert client.get(reverse(name, args=[order.case_id])).status_code == 404


def test_the_print_is_a_document_of_the_same_entries_and_is_logged_as_one(client, order, monkeypatch):
    given = {}
    monkeypatch.setattr(
        "justice.web.pdf.render", lambda template, context, **more: given.update(context) or b"%PDF"
    )
    client.force_login(worker_of(order.case))
    answer = client.get(
        reverse("chronology_print", args=[order.case_id]), {"kind": "contact", "order": "oldest"}
    )
    assert answer["Content-Type"] == "application/pdf"
    assert order.case.person.family_name.lower() not in answer["Content-Disposition"].lower()
    assert [item["title"] for month in given["months"] for item in month.items] == [
        "First direct contact: attended",
        "Supervision appointment: did not attend",
    ]
    look = Consultation.objects.latest("pk")
    assert (look.kind, look.page, look.case) == ("document", "chronology", order.case)


def test_the_print_says_whose_it_is_what_it_holds_and_that_it_is_not_to_be_handed_over(client, order):
    rows = told(order)
    narrowing = Narrowing(QueryDict("kind=contact&to_on=2025-06-30"), rows, with_words=False)
    body = render_to_string(
        "pdf/chronology.html",
        {
            "person": order.case.person,
            "narrowing": narrowing,
            "months": list(months(narrowing.events, order.case)),
            "made_for": "A Worker",
            "made_at": datetime(2025, 8, 1, 10, tzinfo=SCOTLAND),
        },
    )
    person = order.case.person
    for words in (
        f"{person.name}, {person.reference}",
        "Contacts to 30 June 2025, newest first. 2 entries, printed by A Worker on 1 August 2025",
        "not the person&#x27;s own copy: do not hand it over",
    ):
        assert words in body or words.replace("&#x27;", "'") in body, words

"""The one way anything changes: permitted, seen, once, of the version on the screen, whole, and written down."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from cases import operations
from cases.models import Address, Alert, Case, Consultation, Entry, Person, Role, Submission
from cases.operation import Repeated, Stale, operation
from justice.domain.errors import Refused
from tests.builders import a_case, a_caseworker, a_manager, a_team, day, staff, worker_of

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]


def an_alert(case: Case, **more) -> Alert:
    values = {"kind": "health", "text": "Uses a hearing aid", "from_on": day("2 June 2025")} | more
    return operations.raise_alert(actor=worker_of(case), case=case, **values)


def test_a_change_is_written_in_the_trail():
    case = a_case()
    an_alert(case)
    entry = Entry.objects.filter(case=case).order_by("-at").first()
    assert (entry.operation, entry.actor) == ("raise_alert", worker_of(case))
    assert Alert.history.get().entry == entry.pk


def test_a_role_that_may_not_is_refused_and_nothing_is_changed():
    case = a_case()
    with pytest.raises(PermissionDenied):
        operations.raise_alert(
            actor=staff(Role.PERFORMANCE_OFFICER),
            case=case,
            kind="health",
            text="",
            from_on=day("2 June 2025"),
        )
    assert not Alert.objects.exists()


def test_a_case_that_may_not_be_seen_cannot_be_changed():
    case = a_case()
    stranger = a_caseworker(team=a_team("South"))
    with pytest.raises(Case.DoesNotExist):
        operations.raise_alert(actor=stranger, case=case, kind="health", text="", from_on=day("2 June 2025"))


def test_the_same_form_twice_does_its_work_once():
    case, key = a_case(), uuid.uuid4()
    first = an_alert(case, key=key)
    with pytest.raises(Repeated) as again:
        an_alert(case, key=key)
    assert again.value.result == f"alert:{first.pk}"
    assert Alert.objects.count() == 1
    assert Entry.objects.filter(operation="raise_alert").count() == 1


def test_the_same_key_with_other_words_is_refused():
    case, key = a_case(), uuid.uuid4()
    an_alert(case, key=key)
    with pytest.raises(Refused, match="already sent with other details"):
        an_alert(case, key=key, text="Something else")
    assert Alert.objects.count() == 1


def test_the_same_key_for_another_case_is_refused():
    case, key = a_case(), uuid.uuid4()
    an_alert(case, key=key)
    other = a_case(worker=worker_of(case))
    with pytest.raises(Refused, match="already sent with other details"):
        an_alert(other, key=key)


def test_what_is_refused_leaves_its_key_free():
    case, key = a_case(), uuid.uuid4()
    move = {"lines": "1 High Street", "postcode": "ZZ1 1ZZ", "on": day("2 June 2025"), "key": key}
    with pytest.raises(Refused):
        operations.change_address(actor=worker_of(case), case=case, from_on=day("3 June 2025"), **move)
    assert not Submission.objects.filter(pk=key).exists()
    operations.change_address(actor=worker_of(case), case=case, from_on=day("1 June 2025"), **move)
    assert Address.objects.count() == 1


def test_a_record_that_moved_on_is_not_overwritten():
    case = a_case()
    seen = case.person.version
    change = {"actor": worker_of(case), "case": case, "expected_version": seen}
    operations.amend_person(changes={"employment": "employed"}, **change)
    with pytest.raises(Stale) as stale:
        operations.amend_person(changes={"employment": "unemployed"}, **change)
    assert stale.value.root.version == seen + 1
    assert Person.objects.get(pk=case.person_id).employment == "employed"


def test_a_failure_half_way_leaves_nothing():
    case = a_case()
    before = Entry.objects.count()
    with (  # noqa: PT012  (the failure must come inside)
        pytest.raises(ZeroDivisionError),
        operation("raise_alert", actor=worker_of(case), case=case),
    ):
        Alert.objects.create(person=case.person, kind="health", from_on=day("2 June 2025"))
        raise ZeroDivisionError
    assert not Alert.objects.exists()
    assert Entry.objects.count() == before


@pytest.mark.parametrize("table", ["cases_entry", "cases_consultation"])
@pytest.mark.parametrize("change", ["UPDATE {} SET case_id = NULL", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_trail(table, change):
    case = a_case()
    Consultation.objects.create(user=worker_of(case), case=case, kind="view", page="case")
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


def test_reassigning_keeps_who_held_it_and_when():
    case, manager = a_case(opened="1 January 2025"), a_manager()
    other = a_caseworker()
    operations.assign_case(
        actor=manager,
        case=case,
        team=other.team,
        worker=other,
        on=day("2 June 2025"),
        expected_version=case.version,
    )
    held = list(case.allocations.values_list("worker", "from_on", "to_on"))
    assert held[0][2] == day("2 June 2025")
    assert held[1] == (other.pk, day("2 June 2025"), None)


def test_a_case_is_not_given_to_somebody_excluded_from_it():
    case, manager, other = a_case(), a_manager(), a_caseworker()
    person = case.person
    operations.limit_record(
        actor=manager, case=case, restricted=False, permitted=[], excluded=[other], reason="Cousin",
        expected_version=person.version,
    )  # fmt: skip
    case.refresh_from_db()
    with pytest.raises(Refused, match="cannot be given to them"):
        operations.assign_case(
            actor=manager,
            case=case,
            team=other.team,
            worker=other,
            on=day("2 June 2025"),
            expected_version=case.version,
        )


@pytest.mark.parametrize(
    ("given", "family", "born", "found"),
    [
        pytest.param("Ailsa", "Sample", "1 May 1990", True, id="the same name and birth"),
        pytest.param("Ailsa", "Sampel", "1 May 1990", True, id="two letters the wrong way round"),
        pytest.param("Sample", "Ailsa", "1 May 1990", True, id="names inverted"),
        pytest.param("Ailsa", "Sample", "5 January 1990", True, id="day and month the other way round"),
        pytest.param("Ailsa", "Sample", "9 September 1970", True, id="the same name, another birth"),
        pytest.param("Torquil", "Brannigan", "1 May 1990", False, id="only the birth is the same"),
        pytest.param("Torquil", "Brannigan", "9 September 1970", False, id="nothing is the same"),
    ],
)
def test_a_possible_duplicate_is_shown_before_a_second_record_is_made(given, family, born, found):
    case = a_case(given_name="Ailsa", family_name="Sample", born="1 May 1990")
    same = operations.possible_duplicates(
        council=case.council, given_name=given, family_name=family, date_of_birth=day(born)
    )
    assert [person for person, _ in same] == ([case.person] if found else [])


def test_a_new_case_is_given_to_somebody_of_the_team_that_takes_it():
    with pytest.raises(Refused, match="works in that team"):
        operations.open_case(
            actor=a_manager(), given_name="Isla", family_name="Sample", date_of_birth=day("1 May 1991"),
            opened_on=day("2 June 2025"), gender="female", worker=a_caseworker(team=a_team("South")),
        )  # fmt: skip


def test_adding_a_likely_duplicate_asks_first_and_then_does_as_told():
    case = a_case(given_name="Ailsa", family_name="Sample")
    asked = {
        "actor": worker_of(case), "given_name": "Ailsa", "family_name": "Sample", "date_of_birth": day("1 May 1990"),
        "opened_on": day("2 June 2025"), "gender": "female",
    }  # fmt: skip
    with pytest.raises(Refused, match="Check the people below"):
        operations.open_case(**asked)
    assert operations.open_case(**asked, not_a_duplicate=True).person.name == "Ailsa Sample"


def test_a_closed_day_re_dates_what_is_counted_over_it_and_says_what_moved():
    from cases.models import Timescale
    from tests.builders import an_order

    order = an_order(hours=100, imposed="2 June 2025")
    placement = Timescale.objects.get(subject__startswith=order.subject, clause="cpo.placement")
    assert placement.due_on == day("11 June 2025")
    officer = staff(Role.PERFORMANCE_OFFICER)
    moved = operations.set_calendar_day(
        actor=officer, day=day("9 June 2025"), name="Town holiday", closed=True
    )
    placement.refresh_from_db()
    assert placement.due_on == day("12 June 2025")
    assert ("cpo.placement", "2025-06-11", "2025-06-12") in [
        (row["clause"], row["was"]["due_on"], row["now"]["due_on"]) for row in moved
    ]
    officer.council.refresh_from_db()
    row = officer.council.calendar_days.get()
    operations.remove_calendar_day(actor=officer, row=row, expected_version=row.version)
    placement.refresh_from_db()
    assert placement.due_on == day("11 June 2025")


def test_a_local_standard_holds_for_what_starts_from_its_day():
    from cases.models import Timescale
    from tests.builders import an_order

    before = an_order(months=12, imposed="2 June 2025")
    after = an_order(months=12, imposed="7 July 2025")
    officer = staff(Role.PERFORMANCE_OFFICER)
    operations.set_local_standard(
        actor=officer, clause="cpo.plan", in_force_from=day("1 July 2025"), within=["10 working days after"],
        then_every="", source="Committee paper of June 2025",
    )  # fmt: skip
    due = {row.subject: row.due_on for row in Timescale.objects.filter(clause="cpo.plan")}
    assert due[before.subject] == day("30 June 2025")
    assert due[after.subject] == day("21 July 2025")

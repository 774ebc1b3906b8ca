"""What people are found by is written with every change, proved every night, and shows nobody whom one may not see."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import operations as assessment_operations
from cases import jobs, operations, search
from cases.models import Case, Job, Limit, Person, Role, SearchWord, Spelling
from orders import operations as order_operations
from tests.builders import a_case, a_caseworker, a_council, a_team, an_order, day, staff

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]

ON = day("27 November 2026")


def found(user, text):
    return [hit.person for hit in search.find(user, text, ON).rows]


def a_person_known_well():
    """Ann Sample, born 12 March 1985, of KY1 1AB, with an alias and an order; and their caseworker."""
    worker = a_caseworker()
    case = a_case(worker=worker, given_name="Ann", family_name="Sample", born="12 March 1985")
    operations.add_alias(actor=worker, case=case, given_name="Annie", family_name="Exemplar")
    operations.change_address(
        actor=worker, case=case, lines="1 Any Street", postcode="ky1 1ab", from_on=day("1 May 2025"), on=ON
    )
    an_order(case=case, actor=worker, reference="CPO-77/2025")
    return worker, case


ASKED = (
    "Ann Sample",
    "sampel ann",
    "Annie Exemplar",
    "12/03/1985",
    "Ann 12.3.85",
    "KY1 1AB",
    "ky1",
    "CPO 77 2025",
)


@pytest.mark.parametrize("text", ASKED)
def test_whatever_is_recorded_of_somebody_finds_them(text):
    worker, case = a_person_known_well()
    assert found(worker, text) == [case.person]
    assert found(worker, case.person.reference.lower().replace("-", " ")) == [case.person]


def test_each_change_is_found_at_once_and_what_was_corrected_finds_nobody():
    worker, case = a_person_known_well()
    operations.amend_person(
        actor=worker, case=case, expected_version=case.person.version, changes={"family_name": "Thornquill"}
    )
    assert found(worker, "Thornquill") == [case.person]
    assert found(worker, "Sample") == []
    report = assessment_operations.request_report(
        actor=worker, case=case, court_type="sheriff_summary", requested_on=day("2 June 2025"),
        hearing_on=day("30 June 2025"), today=day("2 June 2025"), reference="SER 12/25",
    )  # fmt: skip
    release = order_operations.record_release(
        actor=worker, case=case, licence="parole", released_on=day("2 June 2025"), today=day("2 June 2025")
    )
    assert found(worker, "ser-12-25") == found(worker, release.reference) == [report.case.person]


def test_somebody_who_moved_is_found_by_both_addresses_and_it_says_which():
    worker, case = a_person_known_well()
    operations.change_address(
        actor=worker, case=case, lines="", postcode="KY2 2AB", from_on=day("1 May 2026"), on=ON
    )
    said = {
        text: [hit.reason for hit in search.find(worker, text, ON).rows] for text in ("KY1 1AB", "KY2 2AB")
    }
    assert said == {"KY1 1AB": ["Lived at KY1 1AB"], "KY2 2AB": ["Lives at KY2 2AB"]}


def test_a_hit_has_the_name_that_was_alike_who_holds_the_case_and_the_alerts():
    worker, case = a_person_known_well()
    operations.raise_alert(actor=worker, case=case, kind="risk_to_staff", text="", from_on=ON)
    (hit,) = search.find(worker, "Annie Exemplar", ON).rows
    assert (hit.reason, hit.matched_name) == ("Alias: Annie Exemplar", "Annie Exemplar")
    assert [holder.worker for holder in hit.case.held] == [worker]
    assert [alert.kind for alert in hit.person.current_alerts] == ["risk_to_staff"]


def closed(case):
    case.closed_on = day("1 June 2025")
    case.save()
    return case


def test_a_closed_case_is_found_after_an_open_one_of_the_same_likelihood():
    manager = staff(Role.SENIOR_MANAGER)
    first = closed(a_case(given_name="Ann", family_name="Sample", born="1 May 1985"))
    second = a_case(given_name="Ann", family_name="Sample", born="2 June 1986")
    assert found(manager, "Ann Sample") == [second.person, first.person]
    # but not before a likelier one
    assert found(manager, "Ann Sample 1/5/1985") == [first.person, second.person]


def test_somebody_with_a_closed_and_an_open_case_is_found_once_by_the_open_one():
    manager = staff(Role.SENIOR_MANAGER)
    case = closed(a_case(given_name="Ann", family_name="Sample"))
    again = Case.objects.create(council=case.council, person=case.person, opened_on=day("1 July 2025"))
    assert [hit.case for hit in search.find(manager, "Ann Sample", ON).rows] == [again]


def test_of_many_the_first_are_shown_in_order_and_it_says_that_there_are_more():
    manager = staff(Role.SENIOR_MANAGER)
    worker = a_caseworker()
    for number in range(search.SHOWN + 1):
        a_case(worker=worker, given_name=f"Name{chr(122 - number % 26)}", family_name="Sample")
    page = search.find(manager, "Sample", ON)
    names = [hit.person.name_key for hit in page.rows]
    assert page.more
    assert len(names) == search.SHOWN
    assert names == sorted(names)


@pytest.mark.parametrize("text", ["", "  ", ".", "??", "31/02/1990"])
def test_what_says_nothing_finds_nobody(text):
    a_person_known_well()
    assert search.find(staff(Role.SENIOR_MANAGER), text, ON) == search.Found([], False)


def test_who_sees_no_case_finds_nobody():
    a_person_known_well()
    for role in (Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE):
        assert found(staff(role), "Ann Sample") == []


def test_another_councils_people_are_not_found():
    a_person_known_well()
    elsewhere = staff(Role.SENIOR_MANAGER, team=a_team("Far", a_council("Elsewhere")))
    for text in ASKED:
        assert found(elsewhere, text) == []


# --- Nobody whom one may not see

UNKNOWN = {
    "Ann Sample": "Quillon Brackenwold",
    "sampel ann": "brackenwodl quillon",
    "Annie Exemplar": "Quillie Brackenfold",
    "12/03/1985": "12/07/1953",
    "Ann 12.3.85": "Quillon 12.7.53",
    "KY1 1AB": "KY9 9XY",
    "ky1": "ky9",
    "CPO 77 2025": "CPO 88 2025",
}


@pytest.mark.parametrize("hidden", ["excluded", "restricted", "another team"])
def test_who_is_hidden_is_not_found_and_the_search_goes_the_same_way_as_for_nobody(hidden):
    worker, case = a_person_known_well()
    seeker = a_caseworker(team=a_team("South") if hidden == "another team" else worker.team)
    if hidden == "excluded":
        Limit.objects.create(person=case.person, user=seeker, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    if hidden == "restricted":
        Person.objects.filter(pk=case.person_id).update(restricted=True)
    asked = {**UNKNOWN, case.person.reference: "P-999999"}
    for text, of_nobody in asked.items():
        with CaptureQueriesContext(connection) as queries:
            assert search.find(seeker, text, ON) == search.Found([], False), text
        with CaptureQueriesContext(connection) as queries_of_nobody:
            assert search.find(seeker, of_nobody, ON) == search.Found([], False), of_nobody
        assert len(queries) == len(queries_of_nobody), text


def test_who_is_hidden_moves_nobody_else_in_the_list():
    worker, case = a_person_known_well()
    seeker = a_caseworker(team=worker.team)
    like = a_case(worker=seeker, given_name="Anne", family_name="Samples", born="12 March 1985")
    alone = search.find(worker, "Anne Samples", ON).rows[0]
    Limit.objects.create(person=case.person, user=seeker, kind=Limit.Kind.EXCLUDED, reason="Cousin")
    (hit,) = search.find(seeker, "Ann Sample 12/03/1985", ON).rows
    assert hit.person == like.person == alone.person
    assert hit.reason == "Similar name, same date of birth"


def test_a_search_makes_as_many_queries_among_many_as_among_few():
    manager, worker = staff(Role.SENIOR_MANAGER), a_caseworker()
    a_case(worker=worker, given_name="Ann", family_name="Sample")
    counts = []
    for more in (0, 6):
        for number in range(more):
            case = a_case(worker=worker, given_name="Ann", family_name=f"Sample{'xyzuvw'[number]}")
            operations.add_alias(actor=worker, case=case, given_name="Annie", family_name="Sample")
        with CaptureQueriesContext(connection) as queries:
            search.find(manager, "Ann Sample 1/5/1990 KY1", ON)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# --- What is stored is what is derived


def a_job(council):
    return Job.objects.create(kind="check_search", run_key="1", arguments={}, council=council)


def checked(council):
    job = jobs.claim(timezone.now()) if a_job(council) else None
    jobs.run(job, timezone.now)
    job.refresh_from_db()
    job.delete()
    return job.result


def test_every_night_the_index_is_proved_and_a_write_round_an_operation_is_listed():
    worker, case = a_person_known_well()
    assert checked(worker.council)["differences"] == []
    Person.objects.filter(pk=case.person_id).update(family_name="Thornquill")
    assert checked(worker.council)["differences"] == [case.person_id]
    assert search.refresh([case.person_id]) == 1
    assert search.refresh([case.person_id]) == 0
    assert checked(worker.council)["differences"] == []


def test_a_spelling_that_is_missing_is_counted_and_a_name_that_nobody_bears_is_forgotten():
    worker, case = a_person_known_well()
    operations.amend_person(
        actor=worker, case=case, expected_version=case.person.version, changes={"family_name": "Thornquill"}
    )
    assert Spelling.objects.filter(word="sample").exists()
    assert checked(worker.council)["forgotten"] == 1
    assert not Spelling.objects.filter(word="sample").exists()
    Spelling.objects.filter(word="thornquill", key="thornqill").delete()
    assert checked(worker.council)["misspelt"] == 1


def test_the_command_rebuilds_what_is_missing(capsys):
    worker, case = a_person_known_well()
    SearchWord.objects.all().delete()
    Spelling.objects.all().delete()
    call_command("rebuild_search")
    assert "1 people were found by something else before" in capsys.readouterr().out
    assert found(worker, "sampel ann") == [case.person]
    assert checked(worker.council) == {"people": 1, "differences": [], "misspelt": 0, "forgotten": 0}


def test_the_duplicates_that_a_new_person_is_checked_for_are_found_by_sound_alias_and_slips():
    worker = a_caseworker()
    case = a_case(worker=worker, given_name="Siobhan", family_name="Sample", born="12 March 1985")
    operations.add_alias(actor=worker, case=case, given_name="Betty", family_name="Exemplar")
    for given, family, born in (
        ("Shivawn", "Sampel", "12 March 1985"),
        ("Siobhan", "Sample", "12 March 1986"),
        ("Exemplar", "Betty", "9 September 1970"),
    ):
        same = operations.possible_duplicates(
            council=case.council, given_name=given, family_name=family, date_of_birth=day(born)
        )
        assert [person for person, _ in same] == [case.person], given

"""What is published stays as it was, and a recount says what has changed, case by case, to the last one."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from assessments.models import Plan
from cases.models import Consultation, Entry, Job, Limit, Role, Timescale
from cases.operation import Repeated
from justice.domain.errors import Refused
from orders.models import Release
from performance import operations
from performance.domain.period import Quarter
from performance.figures import Scope, figures, rows
from performance.models import Return, ReturnRow
from performance.recount import recount
from tests.performance import records

QUARTER = Quarter.parse("2025-26-Q1")
AS_OF = date(2025, 7, 20)


@pytest.fixture
def officer(place):
    return place.somebody(Role.PERFORMANCE_OFFICER)


@pytest.fixture
def caseload(place):
    records.a_caseload(place, 25, 5, date(2025, 1, 1), date(2025, 7, 1))
    return place


def publish(officer, **more) -> Return:
    given = {"actor": officer, "quarter": QUARTER, "as_of": AS_OF, "code_version": "1.2.3", **more}
    return operations.publish_return(**given)


def test_a_publication_keeps_figures_lists_standards_day_and_version(caseload, officer):
    operations.write_commentary(
        actor=officer,
        quarter=QUARTER,
        achievements="Training",
        improvements="Placements",
        expected_version=None,
    )
    published = publish(officer)
    scope = Scope(caseload.council)
    assert [figure["kpi"] for figure in published.figures] == [
        one.code for one in figures(scope, QUARTER, AS_OF)
    ]
    for kept, figure in zip(published.figures, figures(scope, QUARTER, AS_OF), strict=True):
        assert {name: kept[name] for name in figure.as_dict()} == figure.as_dict()
        frozen = ReturnRow.objects.filter(published=published, kpi=figure.code)
        assert sorted((row.subject, row.occurrence, row.counted, row.reason) for row in frozen) == sorted(
            (row.subject, row.occurrence, row.counted, row.reason)
            for row in rows(figure.measure, scope, QUARTER, AS_OF)
        )
        assert kept["rule"]
        assert kept["definition"]
    assert (published.as_of, published.code_version, published.achievements) == (AS_OF, "1.2.3", "Training")
    assert published.edition == "nos-2010"
    assert Entry.objects.get(operation="publish_return").subject == f"return:{published.pk}"


def test_nothing_changed_is_no_difference(caseload, officer):
    published = publish(officer)
    assert not [one for one in recount(published, AS_OF) if one.changes]


def test_later_entries_change_the_recount_and_never_the_publication(caseload, officer):
    published = publish(officer)
    before = Return.objects.get(pk=published.pk).figures
    lines = list(
        ReturnRow.objects.filter(published=published).values_list("kpi", "subject", "counted", "reason")
    )
    # A plan that nobody had entered, an order that was excused, a release found late, an order ended early.
    late = next(row for row in rows_of("plan_present", caseload) if not row.counted)
    order_key = int(late.subject.removeprefix("order:"))
    Plan.objects.create(order_id=order_key, approved_on=date(2025, 7, 1))
    counted = rows_of("first_contact", caseload)[0]
    held = Timescale.objects.get(subject=counted.subject, clause="cpo.first_contact")
    records.leave_out(held.case, held.subject, held.clause)
    records.a_release(records.a_case(caseload), date(2025, 6, 6), date(2025, 6, 9))
    Release.objects.filter(reference__in=[row.reference for row in rows_of("K6", caseload)][:1]).update(
        interviewed_on=None
    )
    records.refresh(caseload)

    kept = Return.objects.get(pk=published.pk)
    assert kept.figures == before
    assert lines == list(
        ReturnRow.objects.filter(published=published).values_list("kpi", "subject", "counted", "reason")
    )
    now = {figure.code: figure for figure in figures(Scope(caseload.council), QUARTER, AS_OF)}
    kinds = set()
    for one in recount(kept, AS_OF):
        figure = now[one.code]
        assert one.now == (figure.numerator, figure.tallied.below)
        was = next(row for row in before if row["kpi"] == one.code)
        assert one.was == (
            was["numerator"],
            was["denominator"] if was["denominator"] is not None else was["numerator"],
        )
        assert sum(change.numerator for change in one.changes) == one.numerator
        assert sum(change.denominator for change in one.changes) == one.denominator
        kinds |= {change.kind for change in one.changes}
    assert kinds == {"joined", "left", "changed"}


def rows_of(code, place):
    from performance.figures import MEASURE_OF

    return rows(MEASURE_OF[code], Scope(place.council), QUARTER, AS_OF)


@pytest.mark.parametrize("seed", [21, 22])
def test_the_changes_add_up_to_the_difference_whatever_was_entered_since(place, officer, seed):
    records.a_caseload(place, 12, seed, date(2025, 2, 1), date(2025, 7, 1))
    published = publish(officer)
    records.a_caseload(place, 6, seed + 100, date(2025, 2, 1), date(2025, 7, 1))
    for as_of in (AS_OF, date(2025, 12, 1)):
        now = {figure.code: figure for figure in figures(Scope(place.council), QUARTER, as_of)}
        for one in recount(published, as_of):
            assert one.now == (now[one.code].tallied.above, now[one.code].tallied.below)
            assert sum(change.numerator for change in one.changes) == one.numerator
            assert sum(change.denominator for change in one.changes) == one.denominator


def test_a_quarter_that_runs_cannot_be_published(caseload, officer):
    with pytest.raises(Refused) as refused:
        publish(officer, as_of=QUARTER.last)
    assert "30 June 2025" in refused.value.problems[0].message
    assert not Return.objects.exists()


def test_nothing_is_published_while_a_timescale_differs_from_the_records(caseload, officer):
    row = Timescale.objects.order_by("pk").first()
    Timescale.objects.filter(pk=row.pk).update(due_on=date(2024, 1, 1))
    with pytest.raises(Refused) as refused:
        publish(officer)
    assert refused.value.problems[0].code == "not-clean"
    assert not Return.objects.exists()


@pytest.mark.parametrize(
    ("differences", "published"), [([], 1), ([{"case": 1}], 0)], ids=["clean", "not clean"]
)
def test_the_check_of_the_night_before_decides_where_it_ran(caseload, officer, differences, published):
    Job.objects.create(
        kind="check_timescales",
        run_key=f"{AS_OF} {officer.council_id}",
        council=officer.council,
        arguments={"on": AS_OF.isoformat()},
        state=Job.State.DONE,
        result={"differences": differences},
    )
    with nullcontext() if published else pytest.raises(Refused):
        publish(officer)
    assert Return.objects.count() == published


@pytest.mark.parametrize(
    "role", [Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.ADMINISTRATOR]
)
def test_only_a_performance_officer_publishes(place, role):
    with pytest.raises(PermissionDenied):
        publish(place.somebody(role, place.teams[0]))


def test_sent_twice_published_once(place, officer):
    key = uuid.uuid4()
    publish(officer, key=key)
    with pytest.raises(Repeated):
        publish(officer, key=key)
    assert Return.objects.count() == 1


def test_the_database_itself_refuses_to_change_a_publication(request, place, officer):
    if request.config.getoption("nomigrations"):
        pytest.skip("the triggers come with the migrations")
    published = publish(officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Return.objects.filter(pk=published.pk).update(code_version="0")


def test_the_difference_page_names_only_whom_the_reader_may_see(client, place, officer):
    published = publish(officer)
    seen = records.a_release(records.a_case(place), date(2025, 6, 6))
    hidden = records.a_release(records.a_case(place), date(2025, 6, 6))
    Limit.objects.create(
        person=hidden.case.person, user=officer, kind=Limit.Kind.EXCLUDED, reason="A relative"
    )
    records.refresh(place)
    client.force_login(officer)
    text = client.get(f"/performance/published/{published.pk}/difference/").content.decode()
    assert seen.reference in text
    assert hidden.reference not in text
    assert "1 case that you may not see also changed" in text
    assert Consultation.objects.get().cases == [seen.case_id]


def test_published_from_the_page(client, caseload, officer):
    client.force_login(officer)
    answer = client.post("/performance/2025-26/q1/publish/", {"key": str(uuid.uuid4())})
    published = Return.objects.get()
    assert answer.url == f"/performance/published/{published.pk}/"
    text = client.get(answer.url).content.decode()
    assert published.figures[0]["label"] in text
    assert "nos-2010" in text
    assert str(published.pk) in client.get("/performance/published/").content.decode()

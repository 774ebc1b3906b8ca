"""Jobs are rows: asked for once, claimed once, done once however often they die; notices are told once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction

from cases import jobs
from cases.models import Job, Notice
from cases.nightly import notify
from cases.notices import claim_notices
from tests.builders import a_case, a_caseworker, a_manager, an_order, day, worker_of

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

NOW = datetime(2025, 6, 4, 2, 15, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.mark.django_db
def test_a_job_is_asked_for_once_per_key():
    council = a_case().council
    first = jobs.ask("notify", "2025-06-04", council=council)
    assert jobs.ask("notify", "2025-06-04", council=council) == first
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_job_asked_for_in_a_change_that_fails_is_not_there():
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  (the failure must come inside)
        jobs.ask("notify", "2025-06-04")
        raise ZeroDivisionError
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_claimed_job_is_not_claimed_again_until_its_worker_is_dead():
    jobs.ask("notify", "2025-06-04")
    assert jobs.claim(NOW) is not None
    assert jobs.claim(NOW + timedelta(seconds=30)) is None
    assert jobs.claim(NOW + jobs.LEASE + timedelta(seconds=1)) is not None


@pytest.mark.django_db
def test_a_failing_job_is_tried_again_and_given_up_after_five_times():
    job = jobs.ask("notify", "2025-06-04")  # without a day it cannot be done
    for _ in range(jobs.ATTEMPTS):
        assert jobs.work(clock, limit=1) == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "KeyError" in job.error
    assert jobs.claim(NOW) is None


@pytest.mark.django_db
def test_no_kind_of_job_is_made_up():
    with pytest.raises(ValueError, match="no such kind"):
        jobs.ask("something", "1")


@pytest.fixture
def overdue_case():
    worker, manager = a_caseworker(), a_manager()
    case = a_case(worker=worker)
    an_order(hours=100, months=12, imposed="2 June 2025", case=case)
    return case, worker, manager


@pytest.mark.django_db
def test_the_worker_and_the_manager_are_told_once_however_often_the_job_runs(overdue_case):
    case, worker, manager = overdue_case
    # Wednesday 4 June: first contact was due on the 3rd.
    for _ in range(3):
        job = jobs.ask("notify", f"run {_}", arguments={"on": "2025-06-04"}, council=case.council)
        job.refresh_from_db()
        notify(jobs.Running(job, clock))
    told = Notice.objects.filter(kind="overdue").values_list("recipient", "clause")
    assert sorted(told) == sorted([(worker.pk, "cpo.first_contact"), (manager.pk, "cpo.first_contact")])
    assert len(mail.outbox) == 2
    assert all(case.person.family_name not in message.body for message in mail.outbox)


@pytest.mark.django_db
def test_what_a_leaver_left_overdue_is_told_to_the_manager_alone(overdue_case):
    case, worker, manager = overdue_case
    worker.is_active = False
    worker.save()
    claim_notices(case.council_id, day("4 June 2025"))
    told = set(Notice.objects.filter(kind="overdue").values_list("recipient", flat=True))
    assert told == {manager.pk}


@pytest.mark.django_db
def test_a_worker_that_lost_its_claim_does_not_write_over_the_one_that_has_it():
    slow = jobs.ask("notify", "2025-06-04")
    first = jobs.claim(NOW)
    second = jobs.claim(NOW + jobs.LEASE + timedelta(seconds=1))
    assert first is not None
    assert second == first
    jobs.run(first, clock)
    slow.refresh_from_db()
    assert (slow.state, slow.error) == (Job.State.RUNNING, "")


@pytest.mark.django_db
def test_what_was_overdue_long_ago_is_history_and_tells_nobody(overdue_case):
    case, *_ = overdue_case
    claim_notices(case.council_id, day("1 June 2028"))
    assert not Notice.objects.filter(kind="overdue").exists()


@pytest.mark.django_db
def test_a_met_timescale_tells_nobody():
    case = a_case()
    order = an_order(hours=100, imposed="2 June 2025", case=case)
    from orders.operations import record_contact

    record_contact(
        actor=worker_of(case),
        order=order,
        kind="first_contact",
        on=day("3 June 2025"),
        attended=True,
        today=day("3 June 2025"),
    )
    claim_notices(case.council_id, day("4 June 2025"))
    assert not Notice.objects.filter(kind="overdue", clause="cpo.first_contact").exists()


@pytest.mark.django_db
def test_checking_finds_exactly_what_was_written_round_the_operations(overdue_case):
    from cases import timescales
    from cases.models import Timescale

    case, *_ = overdue_case
    assert timescales.check([case.pk]) == []
    assert timescales.refresh([case.pk]) == []
    Timescale.objects.filter(clause="cpo.first_contact").update(due_on=day("5 June 2025"))
    assert [one.clause for one in timescales.check([case.pk])] == ["cpo.first_contact"]
    timescales.refresh([case.pk])
    assert timescales.check([case.pk]) == []

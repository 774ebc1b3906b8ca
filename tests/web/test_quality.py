"""Pages of samples, readings, agreement, themes and feedback: who they open for, what they say, what they hide."""

from __future__ import annotations

import csv
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import operations
from assessments.domain import quality, sampling
from assessments.models import FileReading, Sample, SettledScore, SupervisionPoint
from cases.models import Consultation, Role
from tests.builders import a_case, a_caseworker, a_manager, a_team, staff

pytestmark = pytest.mark.django_db

CODES = list(quality.edition_on(timezone.localdate()).indicators)


def page(user, name, *arguments, status=200, **query):
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def send(user, page_name, /, *arguments, **fields):
    client = Client()
    client.force_login(user)
    return client.post(reverse(page_name, args=arguments), {"key": str(uuid.uuid4()), **fields}, follow=True)


def typed(day=None):
    day = day or timezone.localdate()
    return f"{day.day} {day.month} {day.year}"


def a_sample(size=1, **more):
    given = {"name": "Autumn", "kind": "random", "seed": "autumn", "today": timezone.localdate(), **more}
    return operations.draw_sample(actor=staff(Role.PERFORMANCE_OFFICER), size=size, **given)


def a_reading(file, reader=None, score=4, **more):
    today = timezone.localdate()
    given = {"read_on": today, "today": today, "scores": dict.fromkeys(CODES, score), **more}
    return operations.record_file_reading(actor=reader or staff(Role.SENIOR_MANAGER), file=file, **given)


def scores(score="4"):
    return {f"score_{code}": score for code in CODES}


READ_ACROSS = {Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER, Role.PERFORMANCE_OFFICER}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_who_opens_which_page(role):
    user = staff(role)
    opens = {
        "quality": READ_ACROSS | {Role.CASEWORKER},
        "draw_sample": READ_ACROSS,
        "quality_themes": READ_ACROSS,
        "supervision_points": {Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER},
        "practice_feedback": {Role.CASEWORKER, Role.FIRST_LINE_MANAGER},
        "mappa_register": {Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER},
    }
    for name, roles in opens.items():
        page(user, name, status=200 if role in roles else 403)


def test_a_manager_draws_a_sample_and_sees_that_it_can_be_drawn_again():
    for _ in range(3):
        a_case()
    manager = a_manager()
    form = page(manager, "draw_sample")
    assert "Give each team its share" not in form
    assert "20% of the files" in form
    answer = send(manager, "draw_sample", name="Spring", kind="random", size="2", seed="spring")
    assert "The sample was drawn and is kept as it is" in answer.content.decode()
    sample = Sample.objects.get()
    shown = page(manager, "sample", sample.pk)
    assert "2 of the 3 that could be drawn" in shown
    assert "The same files" in shown
    assert Consultation.objects.filter(user=manager, page="sample of files").exists()
    client = Client()
    client.force_login(manager)
    sent = client.get(reverse("sample_frame", args=[sample.pk]))
    frame = list(csv.reader(b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()))
    assert frame[0] == ["Stratum", "Case", "Draw value"]
    assert [[stratum, int(case), value] for stratum, case, value in frame[1:]] == [
        [stratum, key, sampling.draw_value("spring", key)]
        for stratum, keys in sample.frame.items()
        for key in keys
    ]
    assert len(frame) == 4


def test_a_sample_that_is_refused_says_why_at_its_field():
    a_case()
    answer = send(
        staff(Role.SENIOR_MANAGER), "draw_sample", name="Spring", kind="targeted", size="2", seed="s"
    )
    assert answer.status_code == 422
    said = answer.content.decode()
    assert said.count("Select what the files are to have in common") == 2  # in the summary and at the field


def test_a_sample_of_another_team_and_a_file_that_may_not_be_seen_are_not_there():
    file = a_sample_of_one()
    team = Sample.objects.get()
    far = a_manager(team=a_team("South"))
    assert "1 of the files drawn is of a record that you may not see" in page(far, "sample", team.pk)
    page(far, "sampled_file", file.pk, status=404)
    page(far, "record_file_reading", file.pk, status=404)
    own = operations.draw_sample(
        actor=a_manager(), name="North", kind="random", seed="n", size=1, today=timezone.localdate()
    )
    page(far, "sample", own.pk, status=404)


def a_sample_of_one():
    a_case()
    return a_sample().files.get()


def test_a_reading_is_recorded_and_the_second_reader_does_not_see_it():
    file = a_sample_of_one()
    first, second = staff(Role.SENIOR_MANAGER), staff(Role.PERFORMANCE_OFFICER)
    filled = {"read_on": typed(), "strengths": "Zilver", "themes": ["plan_gap"], **scores()}
    missing = {**filled, "score_planning": ""}
    answer = send(first, "record_file_reading", file.pk, **missing)
    assert answer.status_code == 422
    assert answer.content.decode().count("Select a score for “Planning and carrying out the work”") == 2
    answer = send(first, "record_file_reading", file.pk, **filled)
    assert "The reading was saved. It cannot be changed" in answer.content.decode()
    assert "Zilver" in page(first, "sampled_file", file.pk)
    for user in (second, file.worker, a_manager()):
        shown = page(user, "sampled_file", file.pk)
        assert "Zilver" not in shown, user.role
        assert "without knowing the first" in shown, user.role
    for name in ("record_file_reading", "sampled_file"):
        assert "Zilver" not in page(second, name, file.pk)
    assert "Zilver" not in page(second, "sample_agreement", file.sample_id)
    send(second, "record_file_reading", file.pk, **{**filled, "strengths": "Quist", "score_planning": "2"})
    assert [one.place for one in FileReading.objects.order_by("pk")] == ["first", "second"]
    for user in (first, second, file.worker, a_manager()):
        shown = page(user, "sampled_file", file.pk)
        assert "Zilver" in shown, user.role
        assert "Quist" in shown, user.role


def test_the_holder_is_told_that_a_colleague_reads_the_file():
    file = a_sample_of_one()
    assert "a colleague reads it" in page(file.worker, "sampled_file", file.pk)
    answer = send(file.worker, "record_file_reading", file.pk, read_on=typed(), **scores())
    assert "Ask a colleague to read this file: you hold the case, or held it" in answer.content.decode()


def test_agreement_is_shown_and_a_difference_settled():
    file = a_sample_of_one()
    first, second = staff(Role.SENIOR_MANAGER), staff(Role.PERFORMANCE_OFFICER)
    assert "No file has been read by two readers" in page(first, "sample_agreement", file.sample_id)
    a_reading(file, first)
    a_reading(file, second, scores={**dict.fromkeys(CODES, 4), "planning": 2})
    shown = page(first, "sample_agreement", file.sample_id)
    assert "86%" in shown  # six of seven the same
    assert "Planning and carrying out the work" in shown
    answer = send(
        first,
        "settle_reading",
        file.pk,
        indicator="planning",
        score="3",
        reason="No review",
        settled_on=typed(),
    )
    assert "The agreed score was saved" in answer.content.decode()
    assert SettledScore.objects.get().score == 3
    assert "3 Adequate: No review" in page(second, "sampled_file", file.pk)
    assert "No difference is left to settle" in page(first, "sample_agreement", file.sample_id)


def test_a_theme_about_one_worker_has_no_number_and_three_workers_have():
    files = 3
    one = a_caseworker()
    for _ in range(files):
        a_case(worker=one)
        a_case()
    sample = a_sample(size=2 * files)
    for file in sample.files.all():
        theme = "review_gap" if file.worker == one else "plan_gap"
        for _ in range(2 if file.read_twice else 1):
            a_reading(file, themes=[theme])
    officer = staff(Role.PERFORMANCE_OFFICER)
    client = Client()
    client.force_login(officer)
    listing = client.get(reverse("quality_themes")).context["listing"]
    assert {(row.theme, row.files) for row in listing.objects} == {("plan_gap", 3), ("review_gap", None)}
    later = client.get(reverse("quality_themes"), {"read_from": "1 1 2030"}).context["listing"]
    assert later.total == 0


def test_a_point_goes_to_the_worker_and_to_who_manages_them():
    file = a_sample_of_one()
    a_reading(file)
    reading = a_reading(file)
    manager, worker = a_manager(), file.worker
    assert "Raise a point for supervision" in page(manager, "sampled_file", file.pk)
    answer = send(manager, "raise_supervision_point", reading.pk, text="Zilver goals", agreed_on=typed())
    assert "Zilver goals" in answer.content.decode()
    assert "Zilver goals" in page(worker, "practice_feedback")
    assert "Zilver goals" not in page(a_caseworker(), "practice_feedback")
    assert "Zilver goals" not in page(a_manager(team=a_team("South")), "supervision_points")
    for name in ("case", "case_record", "chronology"):
        assert "Zilver goals" not in page(worker, name, file.case_id)
    point = SupervisionPoint.objects.get()
    done = {"done_on": typed(), "outcome": "Rewritten", "version": "1"}
    assert (
        send(a_manager(team=a_team("South")), "close_supervision_point", point.pk, **done).status_code == 404
    )
    assert send(worker, "close_supervision_point", point.pk, **done).status_code == 403
    assert (
        "The point was recorded as done"
        in send(manager, "close_supervision_point", point.pk, **done).content.decode()
    )
    assert "Rewritten" in page(worker, "practice_feedback")

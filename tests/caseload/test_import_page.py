"""The import page: who may use it, what it keeps, what the job does, and what is shown of it."""

from __future__ import annotations

import io
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import jobs
from cases.models import Case, Job, Role
from justice.caseload import importing
from orders.models import Order
from tests.builders import staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
GOOD = {
    "staff.csv": "staff_ref,name,email,role,team,locality\nS1,Ann Example,ann@council.example,caseworker,East,East\n",
    "people.csv": "person_ref,given_name,family_name,date_of_birth,gender\nP1,Cal,<b>Example</b>,1990-05-17,male\n",
    "orders.csv": "order_ref,person_ref,basis,court_type,imposed_on,caseworker\n"
    "O1,P1,instead_of_prison,jp,2025-06-02,S1\n",
    "requirements.csv": "order_ref,kind,hours\nO1,unpaid_work,120\n",
}
BAD = {**GOOD, "orders.csv": GOOD["orders.csv"].replace("2025-06-02", "2025-02-30")}


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.JOB_KINDS = {
        **settings.JOB_KINDS,
        "import_caseload": "justice.caseload.importing.import_in_the_background",
    }
    settings.JOB_BELL = "tests.caseload.test_import_page.nobody"


@pytest.fixture
def officer():
    return staff(Role.PERFORMANCE_OFFICER)


@pytest.fixture
def page(officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def as_zip(files: dict[str, str]) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return SimpleUploadedFile("Jane Doe's people.zip", content.getvalue())


def send(page: Client, files: dict[str, str], what: str = "import", key: str | None = None):
    sent = {"bundle": as_zip(files), "what": what, "key": key or str(uuid.uuid4())}
    return page.post(reverse("import_caseload"), sent)


def work() -> Job:
    jobs.work(lambda: NOW)
    return Job.objects.latest("pk")


def waiting() -> list[Path]:
    return list(importing.uploads().iterdir())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_only_those_who_may_import_see_the_page(role):
    client = Client()
    client.force_login(staff(role))
    may = role in (Role.PERFORMANCE_OFFICER, Role.ADMINISTRATOR)
    assert client.get(reverse("import_caseload")).status_code == (200 if may else 403)
    assert send(client, GOOD).status_code == (303 if may else 403)


def test_a_bundle_is_sent_saved_and_reported(page, officer):
    answer = send(page, GOOD)
    job = Job.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == reverse("job", args=[job.pk])
    assert "Jane" not in str(job.arguments) + str(waiting())
    before = page.get(answer.headers["Location"]).content.decode()
    assert "<progress" in before
    assert not Case.objects.exists()
    job = work()
    assert job.state == Job.State.DONE
    assert (job.done, job.total) == (100, 100)
    assert Order.objects.get(reference="O1").council == officer.council
    after = page.get(answer.headers["Location"]).content.decode()
    assert "The caseload was saved" in after
    assert "Enter 100 hours of unpaid work or fewer" in after
    assert "<progress" not in after
    assert waiting() == []
    send(page, GOOD)
    assert "Nothing to change" in page.get(reverse("job", args=[work().pk])).content.decode()


def test_a_check_says_what_would_be_saved_and_saves_nothing(page):
    answer = send(page, GOOD, what="check")
    work()
    assert "nothing was saved" in page.get(answer.headers["Location"]).content.decode()
    assert not Order.objects.exists()
    assert waiting() == []


def test_every_problem_is_shown_and_nothing_is_saved(page):
    answer = send(page, BAD | {"plans.csv": "order_ref,approved_on\nO9,2025-06-27\n"})
    assert work().state == Job.State.DONE
    shown = page.get(answer.headers["Location"]).content.decode()
    assert "Nothing was saved: 2 problems" in shown
    assert "orders.csv, line 2, column imposed_on" in shown
    assert "plans.csv, line 2, column order_ref" in shown
    assert not Case.objects.exists()
    assert waiting() == []


def test_what_is_found_in_a_cell_is_shown_as_text(page):
    answer = send(page, GOOD | {"people.csv": GOOD["people.csv"].replace("male", "<script>x</script>")})
    work()
    shown = page.get(answer.headers["Location"]).content.decode()
    assert "&lt;script&gt;" in shown
    assert "<script>x" not in shown


def test_a_form_sent_twice_asks_for_one_import(page):
    key = str(uuid.uuid4())
    first, second = send(page, GOOD, key=key), send(page, GOOD, key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Job.objects.count() == 1
    assert len(waiting()) == 1


def test_what_is_no_zip_is_refused_at_the_form(page):
    for content in (b"order_ref,person_ref\n", b""):
        sent = {
            "bundle": SimpleUploadedFile("orders.csv", content),
            "what": "check",
            "key": str(uuid.uuid4()),
        }
        assert page.post(reverse("import_caseload"), sent).status_code == 422
    assert page.post(reverse("import_caseload"), {"what": "check"}).status_code == 422
    assert not Job.objects.exists()
    assert waiting() == []


def test_a_damaged_zip_ends_in_a_message(page):
    sent = {
        "bundle": SimpleUploadedFile("a.zip", b"PK\3\4 and nothing more"),
        "what": "import",
        "key": str(uuid.uuid4()),
    }
    answer = page.post(reverse("import_caseload"), sent)
    assert work().state == Job.State.DONE
    assert "damaged" in page.get(answer.headers["Location"]).content.decode()


def test_an_import_whose_worker_died_is_done_by_the_next(page, monkeypatch):
    answer = send(page, GOOD)
    saved = importing._save

    def killed(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "_save", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.work(lambda: NOW)
    monkeypatch.setattr(importing, "_save", saved)
    assert len(waiting()) == 1  # kept for the next
    later = NOW.replace(hour=10)
    jobs.work(lambda: later)
    assert Job.objects.get().state == Job.State.DONE
    assert Order.objects.count() == 1
    assert "The caseload was saved" in page.get(answer.headers["Location"]).content.decode()
    assert waiting() == []


def test_nobody_else_sees_the_report(page):
    answer = send(page, GOOD)
    other = Client()
    other.force_login(staff(Role.PERFORMANCE_OFFICER))
    assert other.get(answer.headers["Location"]).status_code == 404


def nobody() -> None:
    """The bell of these tests: they work the jobs themselves."""

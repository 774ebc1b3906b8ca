"""Invented people cannot be taken for people, nor people put among the invented ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Council, Person, Role
from cases.operation import system_user
from justice.caseload.demonstration import names, write_bundle
from justice.caseload.importing import INVENTED, Outcome, bring_in
from tests.builders import a_council, a_team, staff
from tests.caseload.test_import_page import GOOD

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
PLACES = ("home", "people", "overdue", "my_caseload", "help", "whats_new")


def the_demonstration() -> Council:
    council = a_council("Invented")
    Council.objects.filter(pk=council.pk).update(demonstration=True)
    council.refresh_from_db()
    return council


def sent(folder: Path, files: dict[str, str], council: Council | None) -> Outcome:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return bring_in(folder, actor=system_user(), council=council, today=TODAY, open_as="New")


@pytest.mark.figure("bundles held against the council they were sent to")
def test_real_and_invented_people_are_kept_apart(figure, tmp_path):
    marked = {
        name: text.replace("P1", f"{INVENTED}P1").replace("ann@", "bea@") for name, text in GOOD.items()
    }
    mixed = {
        **GOOD, "people.csv": f"{GOOD['people.csv']}{INVENTED}P2,Ardlen,Alderbrae,1990-05-17,male\n",
    }  # fmt: skip
    real, invented = a_council("Real"), the_demonstration()
    for number, (files, council, wanted) in enumerate(
        (
            (GOOD, invented, "demonstration council"),
            (mixed, invented, "demonstration council"),
            (marked, real, "invented"),
            (mixed, real, "invented"),
            (marked, None, "invented"),
        )
    ):
        outcome = sent(tmp_path / str(number), files, council)
        refused = len(outcome.problems) == 1 and wanted in outcome.problems[0] and not outcome.saved
        figure.add(refused and not Person.objects.exists(), f"bundle {number}: {outcome.lines()}")
    for name, files, council in (("real", GOOD, real), ("invented", marked, invented)):
        figure.add(sent(tmp_path / name, files, council).saved, f"{name} people go where they belong")


@pytest.mark.figure("invented people who can be told by name, reference and postcode")
def test_everybody_invented_can_be_told(figure, tmp_path):
    write_bundle(tmp_path, today=TODAY, scale=0.1)
    families = {first + second for first in names.FIRST for second in names.SECOND}
    head, *rows = (tmp_path / "people.csv").read_text().splitlines()
    columns = head.lstrip("\ufeff").split(",")
    for row in rows:
        one = dict(zip(columns, row.split(","), strict=False))
        told = one["person_ref"].startswith(INVENTED) and one["family_name"] in families
        figure.add(told and one["postcode"][:2] in ("QZ", ""), row)


@pytest.mark.figure("pages that say whether people are invented")
def test_every_page_of_the_demonstration_says_so(figure):
    for council, says in ((the_demonstration(), True), (a_council("Real"), False)):
        client = Client()
        client.force_login(staff(Role.CASEWORKER, team=a_team("North", council)))
        for name in PLACES:
            page = client.get(reverse(name)).content.decode()
            figure.add(("every person here is invented" in page) == says, f"{name} of {council}")

"""The demonstration, loaded as a whole: its figures are those published, and a second count agrees with them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases import timescales
from cases.models import Case, Council, Entry, Notice, Role, Timescale, User
from cases.operation import system_user
from justice.caseload import demonstration
from justice.caseload.importing import bring_in
from orders.models import Order
from performance.domain.period import Quarter
from performance.figures import Scope, figures
from performance.kpis import KPIS
from tests.builders import a_council
from tests.caseload.oracle import Oracle

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
VECTORS = Path(__file__).parent.parent / "vectors" / "seed-kpis.csv"
SIX = ("K1", "K2", "K3", "K4", "K5", "K6")


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_whole_demonstration_gives_the_published_figures(settings):
    """At its full size, as `./run` loads it: every row of the published table, exactly."""
    said = printed("load_demonstration", "--today", TODAY.isoformat(), "--password", "for this test only")
    council = Council.objects.get()
    assert council.demonstration
    with VECTORS.open(newline="") as file:
        expected = [
            (
                row["period"],
                row["kpi"],
                float(row["target"]),
                float(row["actual"]),
                row["rag"],
                row["direction"],
            )
            for row in csv.DictReader(file)
        ]
    found = []
    for period in dict.fromkeys(row[0] for row in expected):
        for one in json.loads(
            printed("kpis", "--period", period, "--as-of", TODAY.isoformat(), "--format", "json")
        ):
            if one["kpi"] in SIX:
                found.append(
                    (period, one["kpi"], one["target"], one["percent"], one["rag"], one["direction"])
                )
    assert sorted(found) == sorted(expected)
    assert 4500 < Case.objects.open().count() < 4700
    assert not Notice.objects.exists()
    for role in Role:
        if role != Role.SYSTEM:
            user = User.objects.get(email=f"{role.value.replace('_', '-')}@strathcairn.example")
            assert user.email in said
            assert user.role == role
            assert user.check_password("for this test only")
    assert Case.objects.held_by(User.objects.get(email="caseworker@strathcairn.example")).open().count() > 10
    some = list(Case.objects.order_by("pk").values_list("pk", flat=True)[::40])
    assert timescales.check(some) == []
    with pytest.raises(CommandError, match="already"):
        printed("load_demonstration")


def test_a_second_count_from_the_files_agrees_with_every_figure(tmp_path):
    """K1 to K6 of every quarter by council, and K1 to K4 by locality, team and worker: case by case."""
    written = demonstration.write_bundle(tmp_path, today=TODAY, scale=0.1)
    council = Council.objects.create(name=demonstration.COUNCIL, demonstration=True)
    closed = [(day, name, shut) for day, name, shut in demonstration.LOCAL_DAYS if day.weekday() < 5]
    for day, name, shut in closed:
        council.calendar_days.create(day=day, name=name, closed=shut)
    outcome = bring_in(tmp_path, actor=system_user(), council=council, today=TODAY)
    assert outcome.problems == []
    assert sorted(order.reference for order in outcome.queried) == sorted(written.queried)
    assert Order.objects.queried().count() == len(written.queried)
    again = bring_in(tmp_path, actor=system_user(), council=council, today=TODAY)
    assert again.nothing_to_do
    assert Entry.objects.filter(case=None, operation="import_caseload").count() == 1

    oracle = Oracle(tmp_path, local_days=demonstration.LOCAL_DAYS)
    quarter, last = Quarter.parse("2019-20-Q3"), Quarter.parse("2026-27-Q3")
    kpis = [kpi for kpi in KPIS if kpi.code in SIX]
    scope = Scope(council)
    names = {user.pk: user.staff_ref for user in User.objects.all()}
    compared = 0
    while quarter.key <= last.key:
        period = str(quarter)
        for one in figures(scope, quarter, TODAY, measures=kpis):
            second = oracle.figure(one.code, period, TODAY)
            assert (one.numerator, one.denominator) == (second.numerator, second.denominator), (
                period,
                one.code,
            )
            assert one.direction == oracle.direction(one.code, period, TODAY), (period, one.code)
            compared += 1
        for by in ("locality", "team", "worker"):
            counted = {
                (one.code, names.get(one.group.key, "") if by == "worker" else one.group.name): one
                for one in figures(scope, quarter, TODAY, by=by, measures=kpis[:4])
            }
            for kpi in kpis[:4]:
                for name, second in oracle.by(kpi.code, period, TODAY, by).items():
                    if name and second.denominator:
                        one = counted[kpi.code, name]
                        assert (one.numerator, one.denominator) == (second.numerator, second.denominator), (
                            period, kpi.code, name,
                        )  # fmt: skip
                        compared += 1
        quarter = quarter.next
    assert compared > 1000


def test_the_demonstration_does_not_go_beside_real_records():
    a_council("Anywhere")
    with pytest.raises(CommandError, match="beside"):
        printed("load_demonstration")
    assert not Timescale.objects.exists()

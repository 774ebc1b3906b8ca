"""Scores that do not add up: bands as dated rows, the nightly check, and what it blocks. The story of 2022."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import bands, operations
from assessments.domain import lscmi, tools
from assessments.models import Assessment, Countersignature, LevelBands, Plan, Review, ScoreMismatch
from assessments.nightly import check_scores
from assessments.scores import unsound
from assessments.workload import levels
from cases import jobs, tasks
from cases.models import Case, Entry, Job, Role
from cases.operation import Stale
from justice.domain.errors import Refused
from tests.builders import a_case, a_council, a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

TODAY = day("1 August 2025")
NOW = datetime(2025, 8, 1, 2, 15, tzinfo=UTC)
NARROW = {"very_low_to": 3, "low_to": 9, "medium_to": 19, "high_to": 29}


def codes(refused):
    return {one.code for one in refused.value.problems}


def assess(order, on="20 June 2025", **more):
    given = {"tool": "ls_cmi", "completed_on": day(on), "today": TODAY, **more}
    return operations.complete_assessment(actor=worker_of(order.case), order=order, **given)


def an_officer():
    return staff(Role.PERFORMANCE_OFFICER)


def set_bands(officer, on="1 June 2025", *, moving=None, **limits):
    """Set as the page does it: with the number that would move, asked first unless it is given."""
    said = {**NARROW, **limits}
    if moving is None:
        new = LevelBands(in_force_from=day(on), source="Paper", **said).bands
        before = bands.own_bands(officer.council)
        moving = bands.moving(officer.council, before, bands.with_row(before, new)).count()
    return operations.set_level_bands(
        actor=officer, in_force_from=day(on), source="Committee paper", moving=moving, **said
    )


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def corrupt(assessment, **columns):
    for name, value in columns.items():
        stored = json.dumps(value) if isinstance(value, dict | list) else value
        sql(f"UPDATE assessments_assessment SET {name} = %s WHERE id = %s", stored, assessment.pk)


def night(council=None, at=NOW, key="1"):
    council = council or a_council()
    job = jobs.ask("check_scores", key, council=council)
    return check_scores(jobs.Running(job, lambda: at))


# --- Bands ------------------------------------------------------------------------------------------------------


def test_the_shipped_bands_hold_where_the_council_has_none():
    made = assess(an_order(), total=4)
    assert Assessment.objects.get(pk=made.pk).level == made.level == "Very low"
    assert made.bands == lscmi.bands_on(made.completed_on)


@pytest.mark.parametrize(
    ("on", "level"),
    [
        pytest.param("31 May 2025", "Very low", id="the day before they came into force"),
        pytest.param("1 June 2025", "Low", id="on the day"),
        pytest.param("1 July 2025", "Low", id="later"),
        pytest.param("20 July 2025", "Very low", id="on the day of the next row"),
    ],
)
def test_the_councils_bands_of_the_day_of_completion_hold(on, level):
    officer = an_officer()
    made = assess(an_order(), on, total=4)
    set_bands(officer)
    set_bands(officer, "20 July 2025", very_low_to=4)
    row = Assessment.objects.get(pk=made.pk)
    assert row.level == level
    assert Assessment._base_manager.get(pk=made.pk).level == level


def test_another_councils_bands_hold_nothing_here():
    made = assess(an_order(), total=4)
    other = a_team("East", council=a_council("Eastmark"))
    set_bands(staff(Role.PERFORMANCE_OFFICER, team=other))
    assert Assessment.objects.get(pk=made.pk).level == "Very low"


def test_a_page_of_assessments_asks_no_question_more_for_their_levels(django_assert_num_queries):
    order = an_order()
    for _ in range(3):
        assess(order, total=4)
    set_bands(an_officer())
    with django_assert_num_queries(1):
        assert {row.level for row in order.assessments.all()} == {"Low"}


def test_all_ways_to_a_level_agree_over_every_total_and_on_boundary_days():
    officer, order = an_officer(), an_order()
    for first, limits in (("1 January 2020", {}), ("1 June 2025", {"very_low_to": 7, "low_to": 12})):
        set_bands(officer, first, **limits)
    own = bands.own_bands(officer.council)
    for on in (date(2019, 12, 31), date(2020, 1, 1), date(2025, 5, 31), date(2025, 6, 1)):
        rows = [
            Assessment(order=order, tool="ls_cmi", completed_on=on, total=total)
            for total in range(lscmi.HIGHEST + 1)
        ]
        Assessment.objects.bulk_create(rows)
        for row in Assessment.objects.filter(completed_on=on):
            level = lscmi.level_of(row.total, bands.in_force(own, on))
            assert row.level_code == level
            assert bands.level_of(row.total, row.own_bands, on) == level
            assert lscmi.level_of(row.total, bands.bands_for(officer.council, on)) == level


def test_the_workload_goes_by_the_councils_bands_and_by_no_corrected_record():
    order = an_order()
    assess(order, total=10)
    cases = Case.objects.filter(pk=order.case_id)
    assert levels(cases, TODAY) == {order.case_id: "low"}
    set_bands(an_officer())
    assert levels(cases, TODAY) == {order.case_id: "medium"}
    later = assess(order, "25 June 2025", total=43)
    assert levels(cases, TODAY) == {order.case_id: "very_high"}
    row = correct(later)  # dated before it
    assert row.level_code != "very_high"
    assert levels(cases, TODAY) == {order.case_id: row.level_code}


def test_an_impossible_total_has_no_level_and_breaks_no_page():
    order = an_order()
    made = assess(order, total=10)
    corrupt(made, total=99)
    assert Assessment.objects.get(pk=made.pk).level == ""
    assert levels(Case.objects.filter(pk=order.case_id), TODAY) == {}


def test_nobody_asks_for_the_shipped_bands_who_should_ask_for_the_councils():
    """A level by the wrong bands would look right: assessments.bands and Assessment.bands know which hold."""
    root = Path(lscmi.__file__).parents[2]
    asking = {
        file.relative_to(root).as_posix()
        for app in ("assessments", "orders", "cases", "performance", "justice")
        for file in (root / app).rglob("*.py")
        if "bands_on(" in file.read_text(encoding="utf-8")
    }
    assert asking == {
        "assessments/bands.py", "assessments/domain/lscmi.py", "assessments/models/assessments.py"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        pytest.param({"low_to": 3}, {"low_to"}, id="no room for low"),
        pytest.param({"high_to": 43}, {"high_to"}, id="no room for very high"),
        pytest.param({"very_low_to": 40}, {"very_low_to"}, id="no room for the others"),
        pytest.param({"medium_to": 9, "high_to": 9}, {"medium_to", "high_to"}, id="two at once"),
    ],
)
def test_bands_that_do_not_ascend_are_refused_and_change_nothing(limits, named):
    with pytest.raises(Refused) as refused:
        set_bands(an_officer(), moving=0, **limits)
    assert {one.field for one in refused.value.problems} == named
    assert not LevelBands.objects.exists()


def test_the_database_keeps_no_bands_that_do_not_ascend():
    for limits in ({"low_to": 3}, {"high_to": 43}):
        row = LevelBands(council=a_council(), in_force_from=TODAY, source="x", **{**NARROW, **limits})
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_bands_are_saved_only_by_somebody_who_was_shown_what_moves():
    officer, order = an_officer(), an_order()
    assess(order, total=4)
    for said in (0, 2):
        with pytest.raises(Refused) as refused:
            set_bands(officer, moving=said)
        assert codes(refused) == {"moving_not_confirmed"}
        assert "The level of 1 record would change" in refused.value.problems[0].message
    with pytest.raises(Refused):
        operations.set_level_bands(actor=officer, in_force_from=TODAY, source="Paper", moving=None, **NARROW)
    assert not LevelBands.objects.exists()
    row = set_bands(officer, moving=1)
    entry = Entry.objects.get(operation="set_level_bands")
    assert (entry.subject, entry.reason) == (f"level_bands:{row.pk}", "Committee paper")


def test_the_same_day_set_again_is_the_same_row():
    officer = an_officer()
    first = set_bands(officer)
    second = set_bands(officer, very_low_to=2)
    assert (second.pk, second.version, LevelBands.objects.get().very_low_to) == (first.pk, 2, 2)


def test_removed_bands_give_way_to_those_before_them():
    officer = an_officer()
    made = assess(an_order(), total=4)
    row = set_bands(officer)
    with pytest.raises(Refused) as refused:
        operations.remove_level_bands(actor=officer, row=row, moving=0, expected_version=row.version)
    assert codes(refused) == {"moving_not_confirmed"}
    row.refresh_from_db()
    with pytest.raises(Stale):
        operations.remove_level_bands(actor=officer, row=row, moving=1, expected_version=row.version + 1)
    operations.remove_level_bands(actor=officer, row=row, moving=1, expected_version=row.version)
    assert Assessment.objects.get(pk=made.pk).level == "Very low"


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.FIRST_LINE_MANAGER, Role.SENIOR_MANAGER])
def test_bands_are_for_those_who_keep_the_settings(role):
    with pytest.raises(PermissionDenied):
        set_bands(staff(role), moving=0)


ASCENDING = st.lists(st.integers(0, 42), min_size=4, max_size=4, unique=True).map(sorted)
FIRST_DAYS = st.sampled_from([date(2020, 1, 1), date(2024, 3, 1), date(2025, 6, 1), date(2025, 6, 2)])


def some_bands(first, limits):
    return lscmi.Bands("x", first, dict(zip(lscmi.LEVELS, (*limits, lscmi.HIGHEST), strict=True)), "Paper")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(FIRST_DAYS, ASCENDING, max_size=3), FIRST_DAYS, ASCENDING, st.booleans())
def test_the_records_shown_are_those_whose_level_really_moves(kept, first, limits, removed):
    """For any bands and any change of them: what was shown beforehand is what differs afterwards."""
    council = a_council()
    if not Assessment.objects.exists():
        order = an_order()
        rows = [
            Assessment(order=order, tool=tool, completed_on=on, total=total)
            for tool in ("ls_cmi", "rosh")
            for on in (
                date(2005, 1, 1),
                date(2020, 1, 1),
                date(2024, 2, 29),
                date(2025, 6, 1),
                date(2025, 6, 2),
            )
            for total in range(0, lscmi.HIGHEST + 1, 1 if tool == "ls_cmi" else 10)
        ]
        Assessment.objects.bulk_create(rows)
    before = [some_bands(on, kept[on]) for on in sorted(kept)]
    after = bands.without_row(before, first) if removed else bands.with_row(before, some_bands(first, limits))
    shown = set(bands.moving(council, before, after).values_list("pk", flat=True))

    def level_with(own):
        LevelBands.objects.all().delete()
        for one in own:
            limits = zip(bands.LIMITS, list(one.highest.values())[:4], strict=True)
            LevelBands.objects.create(
                council=council, in_force_from=one.in_force_from, source="Paper", **dict(limits)
            )
        return {row.pk: row.level for row in Assessment.objects.all()}

    was, now = level_with(before), level_with(after)
    assert shown == {key for key in was if was[key] != now[key]}


# --- The nightly check ------------------------------------------------------------------------------------------


def answered(seed):
    """A whole set of answers that some assessor may have given."""
    chance = random.Random(seed)
    return {
        item: chance.randint(0, 3) if item in lscmi.RATED else chance.randint(0, 1)
        for items in lscmi.ITEMS.values()
        for item in items
    }


def with_answers(order, seed=1, **more):
    answers = answered(seed)
    scores = lscmi.sub_scores_of(answers)
    return Assessment.objects.create(
        order=order,
        tool="ls_cmi",
        completed_on=day("20 June 2025"),
        answers={str(item): answer for item, answer in answers.items()},
        sub_scores=scores,
        total=sum(scores.values()),
        **more,
    )


def correct(made):
    """Another record takes the place of this one, with scores that follow."""
    return with_answers(made.order, corrects=made, correction_reason="Typed wrongly")


def test_a_clean_record_is_left_alone():
    order = an_order()
    with_answers(order)
    assess(order, total=12)
    assess(order, tool="rosh", level="High")
    assess(order, tool="lsi_r_sv", total=4)
    assert night() == {"assessments": 4, "standing": 0, "settled": 0}
    assert not ScoreMismatch.objects.exists()


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        pytest.param({"total": 43}, ["total_disagrees_with_sub_scores"], id="total"),
        pytest.param({"total": 99}, ["total_impossible"], id="a total that cannot be"),
        pytest.param({"total": None}, ["total_missing"], id="no total"),
        pytest.param({"answers": {"44": 1}}, ["answers_impossible"], id="an item that is not there"),
        pytest.param({"answers": [1]}, ["answers_impossible"], id="no answers at all but a list"),
        pytest.param({"sub_scores": [1]}, ["sub_scores_impossible"], id="sub-scores that are a list"),
        pytest.param(
            {"override_kind": "whim", "override_level": "low"}, ["override_kind_unknown"], id="kind"
        ),
        pytest.param({"override_level": "severe"}, ["override_level_unknown"], id="level of the override"),
        pytest.param({"override_kind": "client_based"}, ["override_level_missing"], id="kind and no level"),
        pytest.param({"stated_level": "nought"}, ["level_unknown"], id="a stated level that is none"),
        pytest.param({"tool": "tarot"}, ["tool_unknown"], id="no such tool"),
    ],
)
def test_what_the_night_finds_says_what_disagrees(columns, found):
    made = with_answers(an_order())
    corrupt(made, **columns)
    assert night()["standing"] == 1
    assert set(found) <= set(ScoreMismatch.objects.get().codes)


def test_a_level_that_an_import_stated_and_that_does_not_follow_is_found():
    made = with_answers(an_order())
    corrupt(made, stated_level="very_low")
    assert made.level_code != "very_low"
    night()
    assert ScoreMismatch.objects.get().codes == ["level_disagrees_with_score"]
    corrupt(made, stated_level=made.level_code)
    assert night(key="2")["settled"] == 1


def test_a_countersignature_without_an_override_is_found():
    made = with_answers(an_order())
    Countersignature.objects.create(assessment=made, signed_on=TODAY)
    night()
    assert ScoreMismatch.objects.get().codes == ["countersigned_without_override"]


def test_another_tools_score_is_worked_out_as_well():
    made = assess(an_order(), tool="lsi_r_sv", total=4)
    corrupt(made, total=9)
    night()
    assert ScoreMismatch.objects.get().codes == ["total_impossible"]


def test_a_record_brought_in_without_any_score_disagrees_with_nothing():
    Assessment.objects.create(
        order=an_order(), tool="ls_cmi", completed_on=TODAY, override_level="high", override_reason="Paper"
    )
    assert night()["standing"] == 0


def test_run_again_the_night_finds_the_same_and_dates_it_as_before():
    made = with_answers(an_order())
    corrupt(made, total=43)
    night()
    first = ScoreMismatch.objects.values().get()
    assert night(at=NOW + timedelta(days=1), key="2") == {"assessments": 1, "standing": 1, "settled": 0}
    assert ScoreMismatch.objects.values().get() == first


def test_a_mismatch_is_settled_by_a_correction_and_stands_again_when_it_comes_again():
    order = an_order()
    made = with_answers(order)
    was = made.total
    corrupt(made, total=43)
    night()
    corrupt(made, total=was)
    later = NOW + timedelta(days=1)
    assert night(at=later, key="2")["settled"] == 1
    assert ScoreMismatch.objects.get().settled_at == later
    corrupt(made, total=43)
    night(at=later + timedelta(days=1), key="3")
    row = ScoreMismatch.objects.get()
    assert (row.settled_at, row.found_at) == (None, later + timedelta(days=1))
    correct(made)
    assert not ScoreMismatch.objects.standing().exists()  # at once, before the night
    assert night(at=later + timedelta(days=2), key="4") == {"assessments": 2, "standing": 0, "settled": 1}


def test_the_night_of_one_council_leaves_the_others_alone():
    made = with_answers(an_order())
    corrupt(made, total=43)
    assert night(a_council("Eastmark")) == {"assessments": 0, "standing": 0, "settled": 0}


def test_the_night_asks_for_the_check_and_a_worker_does_it():
    made = with_answers(an_order())
    corrupt(made, total=43)
    assert "check_scores" in tasks.NIGHTLY
    job = jobs.ask("check_scores", "2025-08-01 1", council=made.order.council)
    jobs.work(lambda: NOW)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"assessments": 1, "standing": 1, "settled": 0})


ROWS, CORRUPTED = 100_000, 1_000


def fill(order, many):
    """So many sound records of an order, by SQL: with answers, with sub-scores only, with a total only."""
    kinds = []
    for seed in range(120):
        answers = answered(seed)
        scores = lscmi.sub_scores_of(answers)
        texts = json.dumps(answers), json.dumps(scores)
        total = sum(scores.values())
        kinds += [(*texts, total), ("{}", texts[1], total), ("{}", "{}", total)]
    first = Assessment(order=order, tool="ls_cmi", completed_on=day("20 June 2025"))
    fields = [
        one for one in Assessment._meta.concrete_fields if not one.primary_key and not one.has_db_default()
    ]
    places = {field.name: place for place, field in enumerate(fields)}
    same = [field.get_db_prep_save(getattr(first, field.attname), connection) for field in fields]
    rows = []
    for answers, scores, total in kinds:
        row = list(same)
        row[places["answers"]], row[places["sub_scores"]], row[places["total"]] = answers, scores, total
        rows.append(row)
    columns = ", ".join(field.column for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO assessments_assessment ({columns}) VALUES ({marks})",
            [rows[number % len(rows)] for number in range(many)],
        )


@pytest.mark.sqlite_only
def test_a_thousand_records_corrupted_among_a_hundred_thousand_are_exactly_those_found():
    """The defect of 2022, of which 1,317 records were found by hand: here each is found by the next morning."""
    order = an_order()
    fill(order, ROWS)
    keys = list(Assessment.objects.order_by("pk").values_list("pk", flat=True))
    assert len(keys) == ROWS
    chosen = random.Random(2022).sample([key for place, key in enumerate(keys) if place % 3 != 2], CORRUPTED)
    rows = {row.pk: row for row in Assessment._base_manager.filter(pk__in=chosen)}
    for number, key in enumerate(chosen):
        row = rows[key]
        if number % 3 == 0:
            corrupt(row, total=row.total + 1 if row.total < lscmi.HIGHEST else row.total - 1)
        elif number % 3 == 1 and row.answers:
            corrupt(row, answers={**row.answers, "1": 1 - row.answers["1"]})
        else:
            score = row.sub_scores["companions"]
            corrupt(row, sub_scores={**row.sub_scores, "companions": score - 1 if score else 1})
    assert night() == {"assessments": ROWS, "standing": CORRUPTED, "settled": 0}
    found = dict(ScoreMismatch.objects.standing().values_list("assessment", "codes"))
    assert set(found) == set(chosen)
    assert {code for codes in found.values() for code in codes} == {
        "total_disagrees_with_sub_scores",
        "sub_scores_disagree_with_answers",
    }


# --- What it blocks ---------------------------------------------------------------------------------------------


def approve(order):
    return operations.approve_plan(
        actor=a_manager(), order=order, approved_on=day("30 June 2025"), today=TODAY
    )


def hold(order):
    return operations.hold_review(
        actor=worker_of(order.case), order=order, held_on=day("1 July 2025"), extra=True, today=TODAY
    )


@pytest.mark.parametrize("sign_off", [approve, hold])
def test_nothing_is_signed_off_on_scores_that_do_not_add_up(sign_off):
    order = an_order()
    made = with_answers(order)
    sound = made.total
    corrupt(made, total=43)
    with pytest.raises(Refused) as refused:
        sign_off(order)
    assert codes(refused) == {"scores_do_not_add_up"}
    assert refused.value.problems[0].message == (
        "Correct the LS/CMI assessment completed on 20 June 2025 first: its total is not the sum of its sub-scores"
    )
    assert not Plan.objects.exists()
    assert not Review.objects.exists()
    corrupt(made, total=sound)
    sign_off(order)


def test_a_correction_opens_the_way_again():
    order = an_order()
    made = with_answers(order)
    corrupt(made, total=43)
    assert len(unsound(order)) == 1
    correct(made)
    assert unsound(order) == []


def test_only_the_latest_record_of_each_tool_counts():
    order = an_order()
    old = assess(order, "10 June 2025", total=12)
    rosh = assess(order, "12 June 2025", tool="rosh", level="low")
    corrupt(old, total=99)
    assert len(unsound(order)) == 1
    assess(order, "20 June 2025", total=12)
    assert unsound(order) == []
    corrupt(rosh, stated_level="dreadful")
    assert unsound(order)[0].message == (
        "Correct the Risk of serious harm assessment completed on 12 June 2025 first: "
        "its level is one that the tool does not have"
    )


def test_what_is_unsound_is_asked_in_two_queries(django_assert_num_queries):
    order = an_order()
    for _ in range(3):
        assess(order, total=12)
    with django_assert_num_queries(2):
        unsound(order)


# --- Other tools ------------------------------------------------------------------------------------------------


def test_every_tool_of_the_records_is_declared_and_no_other():
    assert {"ls_cmi", *tools.codes()} == set(Assessment.Tool.values)


def test_the_level_of_a_tool_with_bands_follows_from_its_total_and_is_not_stored():
    made = assess(an_order(), tool="lsi_r_sv", total=6, level="Maximum")
    assert (made.stated_level, made.level) == ("", "Maximum")


def test_a_stated_level_that_does_not_follow_is_refused():
    with pytest.raises(Refused) as refused:
        assess(an_order(), tool="lsi_r_sv", total=6, level="minimum")
    assert codes(refused) == {"level_disagrees_with_score"}


def test_the_scales_of_a_tool_are_kept_by_name():
    made = assess(an_order(), tool="rm2000", sub_scores={"s": 2, "v": 1, "c": 2}, level="medium")
    assert (made.sub_scores, made.level) == ({"s": 2, "v": 1, "c": 2}, "Medium")


def test_a_tool_for_other_ages_is_refused():
    case = a_case(born="1 May 2010", opened="1 June 2025")
    order = an_order(months=12, imposed="2 June 2025", case=case)
    with pytest.raises(Refused) as refused:
        assess(order, tool="rm2000", level="low")
    assert codes(refused) == {"age"}
    assert assess(order, tool="yls_cmi", total=9).level == "Moderate"

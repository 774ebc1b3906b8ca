"""What is destroyed, what is not, and what is left of it: random lives, canaries in every column, a death half way."""

# ruff: noqa: F811  (a fixture's name is a parameter's)
from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from assessments.models import MappaEntry, ReportRequest
from cases import disposal, jobs, operations, retention
from cases.add_only import TABLES
from cases.models import (
    Case,
    Consultation,
    Council,
    Disposal,
    DisposalCertificate,
    DisposalRow,
    Entry,
    Hold,
    Job,
    Person,
    RetentionRule,
    Role,
    User,
)
from justice.domain import retention as rules
from justice.domain.errors import Refused
from justice.domain.retention import Due, Rule
from orders.models import Order, Release, Requirement
from performance.models import Return, ReturnRow
from performance.recount import recount
from tests.builders import a_case, a_council, a_team, staff
from tests.figures import Figure, size
from tests.web.conftest import World

pytestmark = pytest.mark.at_a_change("sqlite", "postgresql")

TODAY = date(2026, 11, 27)
CANARY = "Zyxq"


def clock() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 2, 0, tzinfo=UTC)


def a_rule(council: Council, work: str, years: int | None, trigger: str, year_end: bool) -> RetentionRule:
    return RetentionRule.objects.create(
        council=council, work=work, trigger=trigger, years=years, from_year_end=year_end, source="Schedule",
        in_force_from=date(2000, 1, 1),
    )  # fmt: skip


def two_people(council: str = "Strathmore") -> tuple[User, User]:
    team = a_team(council=a_council(council))
    return staff(Role.INFORMATION_GOVERNANCE, team=team), staff(Role.SENIOR_MANAGER, team=team)


# --- Random lives


def a_life(council: Council, chance: random.Random, number: int) -> dict[str, Any]:
    """One to three cases with what is recorded in them, and the plain facts that the oracle goes by."""
    born = date(1930 + chance.randrange(75), 1 + chance.randrange(12), 1 + chance.randrange(28))
    person = Person.objects.create(
        council=council, reference=f"L{number}", given_name="A", family_name="B", date_of_birth=born, name_key="a b"
    )  # fmt: skip
    told: dict[str, Any] = {
        "pk": person.pk, "born": born, "closed": [], "ends": [], "work": set(), "open": False, "held": False,
    }  # fmt: skip
    start = date(2005, 1, 1) + timedelta(days=chance.randrange(4000))
    count = chance.choice((1, 1, 1, 2, 3))
    for turn in range(count):
        closed = start + timedelta(days=30 + chance.randrange(1500))
        going_on = turn == count - 1 and chance.random() < 0.2
        case = Case.objects.create(
            council=council, person=person, opened_on=start, closed_on=None if going_on else closed
        )
        told["open"] |= going_on
        told["closed"].append(closed)
        kind = chance.choice(
            ("unpaid_work", "unpaid_work", "unpaid_work", "order", "report", "mappa", "licence", "other")
        )
        ref = f"{number}-{turn}"
        if kind in ("unpaid_work", "order"):
            ended = (
                None
                if chance.random() < 0.05
                else start + timedelta(days=chance.randrange((closed - start).days + 1))
            )
            order = Order.objects.create(
                council=council, case=case, reference=ref, basis="instead_of_prison", court_type="sheriff_summary",
                imposed_on=start, ended_on=ended, end_reason="completed" if ended else "",
            )  # fmt: skip
            Requirement.objects.create(order=order, kind="unpaid_work", hours=100)
            if kind == "order":
                Requirement.objects.create(order=order, kind="supervision", months=12)
            told["open"] |= ended is None
            told["ends"] += [ended] if ended else []
        elif kind == "report":
            done = chance.random() < 0.9
            ReportRequest.objects.create(
                council=council, case=case, reference=ref, court_type="sheriff_summary", requested_on=start,
                hearing_on=start + timedelta(days=28), submitted_on=start if done else None,
            )  # fmt: skip
            told["open"] |= not done
        elif kind == "mappa":
            MappaEntry.objects.create(
                case=case, category=1, subject_to_notification="no", registered_on=start, decision="accepted",
                lead_agency="police", ended_on=closed, end_reason="other",
            )  # fmt: skip
        elif kind == "licence":
            Release.objects.create(
                council=council, case=case, reference=ref, licence="parole", released_on=start
            )
        told["work"].add(kind)
        start = closed + timedelta(days=1 + chance.randrange(400))
    if told["work"] != {"other"}:
        told["work"].discard("other")  # a case with nothing in it adds nothing to what the others say
    if chance.random() < 0.2:
        lifted = chance.random() < 0.5
        by = staff(Role.SENIOR_MANAGER, team=a_team(council=council)) if lifted else None
        Hold.objects.create(
            person=person, kind="inquiry", reason="Inquiry", from_on=start, lifted_by=by,
            lifted_on=TODAY if lifted else None,
        )  # fmt: skip
        told["held"] |= not lifted
    return told


# The council's schedule as a clerk would read it out: kind of work, years, from what, whether the year ends first.
SCHEDULE = {
    "unpaid_work": (5, "last_order_ended", True),
    "order": (7, "last_order_ended", False),
    "report": (3, "case_closed", True),
    "mappa": (20, "case_closed", True),
    "licence": (75, "born", False),
    "other": (None, "case_closed", False),
}


def anniversary(day: date, years: int) -> date:
    """The slow way: one day after another until the same day of the month stands so many years later."""
    at = date(day.year + years, day.month, 1)
    while at.day != day.day:
        at += timedelta(days=1)
        if at.month != day.month:
            break
    return at


def by_hand(told: dict[str, Any], on: date) -> bool:
    """Whether the record may go: written without a look at the engine."""
    if told["open"] or told["held"]:
        return False
    last = max(told["closed"])
    for work in told["work"]:
        years, begins, year_end = SCHEDULE[work]
        if years is None:
            return False
        day = {"case_closed": last, "born": told["born"]}.get(begins) or max(told["ends"], default=last)
        kept_to = date(day.year + years, 12, 31) if year_end else anniversary(day, years)
        if on <= kept_to or on <= last:
            return False
    return True


def lives(count: int, seed: str) -> tuple[Council, list[dict[str, Any]]]:
    council, chance = a_council(), random.Random(seed)
    for work, (years, begins, year_end) in SCHEDULE.items():
        a_rule(council, work, years, begins, year_end)
    return council, [a_life(council, chance, number) for number in range(count)]


def wrong_ones(council: Council, told: list[dict[str, Any]], on: date) -> list[str]:
    proposed = set(retention.due_in(council, on))
    expected = {one["pk"] for one in told if by_hand(one, on)}
    held = {one["pk"] for one in told if one["held"]}
    return [
        *(f"early: {pk}" for pk in sorted(proposed - expected - held)),
        *(f"held: {pk}" for pk in sorted(proposed & held)),
        *(f"missed: {pk}" for pk in sorted(expected - proposed)),
    ]


@pytest.mark.django_db
@pytest.mark.figure("Random lives: due too early, due though held, or missed")
def test_random_lives_fall_due_when_a_clerk_would_say(figure: Figure):
    council, told = lives(size(change=150, night=10_000), "lives")
    for on in (TODAY, date(2026, 1, 1), date(2025, 12, 31), date(2019, 6, 1)):
        figure.many(len(told), wrong_ones(council, told, on))
    assert any(by_hand(one, TODAY) for one in told)


@pytest.mark.django_db
@pytest.mark.figure("Lives disposed of by two people: one certificate each, and nobody else's row gone")
def test_what_is_due_is_proposed_approved_and_destroyed_and_nothing_else(figure: Figure):
    council, told = lives(size(change=25, night=2_000), "destroyed")
    proposer, approver = two_people()
    due = list(retention.due_in(council, TODAY))
    made = operations.propose_disposal(actor=proposer, people=due, today=TODAY)
    operations.approve_disposal(actor=approver, disposals=[one.pk for one in made], today=TODAY)
    while jobs.work(clock):
        pass
    for one in told:
        cases = Case.objects.filter(person=one["pk"])
        gone = all(case.disposed_on == TODAY for case in cases)
        left = (
            Order.objects.filter(case__in=cases).exists() or Release.objects.filter(case__in=cases).exists()
        )
        certificates = DisposalCertificate.objects.filter(disposal__person=one["pk"]).count()
        expected = by_hand(one, TODAY)
        figure.add(
            (gone, certificates) == (expected, int(expected)) and not (expected and left), f"life {one['pk']}"
        )
    assert retention.due_in(council, TODAY) == {}


@pytest.mark.django_db
@pytest.mark.figure("Faults planted in what decides when a record is due")
def test_a_wrong_rule_is_noticed(figure: Figure):
    council, told = lives(150, "lives")
    real = retention.lives_of

    def unheld(people: Any) -> Any:
        return {pk: replace(life, held=False) for pk, life in real(people).items()}

    def finished(people: Any) -> Any:
        return {pk: replace(life, unfinished=False) for pk, life in real(people).items()}

    for name, planted in (("a hold ignored", unheld), ("work that goes on ignored", finished)):
        with patch("cases.retention.lives_of", planted):
            figure.planted(name, wrong_ones(council, told, TODAY))
    whole = rules.first_day

    def a_year_early(life: Any, rule: Rule) -> Any:
        day = whole(life, rule)
        return day and day - timedelta(days=365)

    with patch("justice.domain.retention.first_day", a_year_early):
        figure.planted("a rule applied a year early", wrong_ones(council, told, TODAY))
    with patch("justice.domain.retention.max", min, create=True):
        figure.planted("the shortest period decides", wrong_ones(council, told, TODAY))
    with patch("cases.retention._sources", lambda: ()):
        figure.planted("what the apps know is not asked", wrong_ones(council, told, TODAY))


# --- Canaries


def text_columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns of a table that hold words of or about the person."""
    marks = disposal.declared()[model._meta.label].text
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and marks.get(field.name, "plain") != "plain"
    ]


def plant(person: int, mark: str, told: dict[str, tuple[str, str]] | None = None) -> dict[str, int]:
    """A word of its own in every column with words about this person, in the rows and so in their copies; how many
    columns of each table got one. Rows of add-only tables are added, with the word in them."""
    planted: dict[str, int] = {}
    number = 0
    found = disposal.Found(person)
    for model, keys in found.live.items():
        columns = text_columns(model)
        if not columns or model._meta.db_table == "cases_searchword":
            continue
        row = model._base_manager.filter(pk__in=keys).first() or a_row(model, found)
        if row is None:
            planted[model._meta.label] = 0
            continue
        words: dict[str, Any] = {}
        for field in columns:
            number += 1
            word = f"{CANARY}{mark}{number}"
            if told is not None:
                told[word[: field.max_length]] = (model._meta.label, field.name)
            words[field.name] = (
                {"words": word} if isinstance(field, models.JSONField) else word[: field.max_length]
            )
        if model._meta.db_table in TABLES:
            planted[model._meta.label] = _add_another(row, words)
        elif _saved(row, words):
            planted[model._meta.label] = len(words)
        else:  # a rule of the database forbids some of them together: one by one, or in a copy alone
            planted[model._meta.label] = sum(
                _saved(model._base_manager.get(pk=row.pk), {name: word}) or _in_a_copy(row, name, word)
                for name, word in words.items()
            )
    return planted


def a_row(model: type[models.Model], found: disposal.Found, dated: bool = False) -> Any:
    """A row of a table of which the person has none yet, as plain as its rules allow."""
    row = model()
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            keys = found.live.get(field.related_model)
            if keys:
                setattr(row, field.attname, min(keys))
            elif not field.null:
                first = field.related_model._base_manager.order_by("pk").first()
                setattr(row, field.attname, first and first.pk)
        elif dated and field.null and field.get_internal_type() == "DateField":
            setattr(row, field.name, TODAY)
        elif isinstance(field, models.BooleanField):
            setattr(row, field.name, False)
        elif (
            field.null
            or field.has_default()
            or field.primary_key
            or field.db_default is not models.NOT_PROVIDED
        ):
            continue
        elif isinstance(field, models.DateTimeField):
            setattr(row, field.name, clock() + timedelta(days=field.name == "until"))
        elif isinstance(field, models.DateField):
            setattr(row, field.name, TODAY)
        elif field.choices:
            setattr(row, field.name, field.choices[0][0])
        elif isinstance(field, models.IntegerField):
            setattr(row, field.name, 1)
    if isinstance(row, Disposal):
        row.state = Disposal.State.DECLINED
    if isinstance(row, Hold):
        row.lifted_on, row.lifted_by = TODAY, User.objects.first()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None if dated else a_row(model, found, dated=True)
    found.live[model].add(row.pk)
    return row


def _saved(row: models.Model, words: dict[str, Any]) -> bool:
    for name, word in words.items():
        setattr(row, name, word)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True


def _in_a_copy(row: Any, name: str, word: Any) -> bool:
    copies = row.history.model.objects.filter(id=row.pk) if hasattr(row, "history") else None
    return bool(copies is not None and copies.update(**{name: word}))


def _add_another(row: models.Model, words: dict[str, Any]) -> int:
    """The row of an add-only table once more, with these words: as another row, for it cannot be changed."""
    pk = row._meta.pk
    row.pk = pk.get_default() if pk.has_default() else None
    if row._meta.db_table == "cases_entryreason":
        row.pk = Entry.objects.filter(said=None)[0].pk
    for name, word in words.items():
        setattr(row, name, word)
    row._state.adding = True
    try:
        with transaction.atomic():
            type(row)._base_manager.bulk_create([row])
    except IntegrityError:
        return 0
    return len(words)


def words_left(beginning: str) -> dict[str, int]:
    """How often a word that begins so stands in each text column of each table of the database."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            named = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {named} LIMIT 0")
            columns = [column[0] for column in cursor.description]
            counts = ", ".join(
                f"SUM(CASE WHEN LOWER(CAST({connection.ops.quote_name(one)} AS text)) LIKE %s THEN 1 ELSE 0 END)"
                for one in columns
            )
            cursor.execute(f"SELECT {counts} FROM {named}", [f"%{beginning.lower()}%"] * len(columns))
            found |= {
                f"{table}.{one}": count
                for one, count in zip(columns, cursor.fetchone(), strict=True)
                if count
            }
    return found


def agreed_on(person: int) -> Disposal:
    """A disposal that two people agreed on, of a record whose period is taken to be over."""
    proposer, approver = two_people()
    return Disposal.objects.create(
        council=a_council(), person_id=person, work="unpaid_work", rule="5 years", due_on=TODAY, state="approved",
        proposed_by=proposer, proposed_on=TODAY, approved_by=approver, approved_on=TODAY,
    )  # fmt: skip


def everybody_due(people: Any, council: Any, on: date) -> dict[int, Due]:
    return {one: Due(on, Rule("other", "case_closed", 5, False, "S", on, confirmed=True)) for one in people}


def sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
        return found


def destroy(person: int) -> Disposal:
    made = agreed_on(person)
    with patch("cases.disposal.dues_of", everybody_due):
        assert disposal.carry_out(made.pk, TODAY)
    made.refresh_from_db()
    return made


@pytest.fixture
def two(world: World) -> tuple[int, int, dict[str, int]]:
    """Two people, a word of their own in each of their columns; what of it is whose."""
    gone, stays = Case.objects.order_by("pk").values_list("person", flat=True)[:2]
    planted = plant(gone, "a")
    plant(stays, "b")
    Person.objects.filter(pk=gone).update(family_name=f"{CANARY}aname")
    from cases import search

    search.refresh([gone, stays])
    return gone, stays, planted


@pytest.mark.figure("Canaries of somebody destroyed, by column and table; and of somebody who stays")
def test_nothing_of_the_destroyed_is_left_anywhere_and_everything_of_others(two: Any, figure: Figure):
    gone, stays, planted = two
    before, others = words_left(f"{CANARY}a"), words_left(f"{CANARY}b")
    entries = list(Entry.objects.order_by("pk").values())
    looks = list(Consultation.objects.order_by("pk").values())
    with_nothing = {label for label, count in planted.items() if not count}
    assert not with_nothing, " ".join(sorted(with_nothing))
    assert len(before) > 100
    made = destroy(gone)
    left = words_left(f"{CANARY}a")
    figure.many(len(before), sorted(left))
    now = words_left(f"{CANARY}b")
    figure.many(len(others), [name for name in others if now.get(name) != others[name]])
    # The trail is what it was, row by row.
    assert list(Entry.objects.order_by("pk").values()) == entries
    assert list(Consultation.objects.order_by("pk").values()) == looks
    certificate = made.certificate
    assert certificate.rows == sum(certificate.destroyed.values()) > 100
    assert {"orders_order", "orders_historicalorder", "cases_draft", "cases_notice", "cases_searchword"} <= (
        certificate.destroyed.keys() | {"cases_notice"}
    )
    assert certificate.blanked["assessments_filereading"]
    stub = Person.objects.get(pk=gone)
    assert (stub.name.strip(), stub.date_of_birth) == ("", date(1900, 1, 1))
    assert not Case.objects.visible_to(certificate.approved_by).filter(person=gone).exists()
    assert not DisposalRow.objects.exists()


@pytest.mark.figure("Faults planted in what is destroyed")
def test_what_is_forgotten_is_noticed(two: Any, figure: Figure):
    gone, _, _ = two

    def left_with(*patches: Any) -> bool:
        """Whether anything is left, or the database refuses, with these faults in place."""
        from contextlib import ExitStack

        with transaction.atomic():
            try:
                with ExitStack() as stack:
                    for one in patches:
                        stack.enter_context(one)
                    destroy(gone)
                return bool(words_left(f"{CANARY}a"))
            except (IntegrityError, DatabaseError):
                return True
            finally:
                transaction.set_rollback(True)

    assert not left_with(), "with no fault nothing is left"
    real = disposal.goes
    for label in (
        "cases.Note",
        "orders.Contact",
        "assessments.VictimSafety",
        "cases.EntryReason",
        "cases.Draft",
    ):
        planted = patch(
            "cases.disposal.goes", lambda model, of=label: model._meta.label != of and real(model)
        )
        figure.planted(f"{label} is forgotten", left_with(planted))
    figure.planted("copies of rows stay", left_with(patch("cases.disposal._forget_copies", lambda *_: {})))
    figure.planted("words of readers stay", left_with(patch("cases.disposal.blanks", lambda model: ())))
    figure.planted("spellings stay", left_with(patch("cases.disposal._forget_spellings", lambda *_: None)))
    figure.planted(
        "the person's own row stays",
        left_with(patch.dict("cases.disposal.NOBODY", {"family_name": f"{CANARY}a"})),
    )
    figure.planted(
        "add-only rows are not named", left_with(patch("cases.disposal._name_rows", lambda *_: None))
    )


# --- Add-only tables let nothing else through


def refused(change: Any) -> bool:
    try:
        with transaction.atomic():
            change()
    except (DatabaseError, IntegrityError):
        return True
    return False


@pytest.mark.figure("Changes to add-only rows outside a disposal that two people agreed on")
def test_the_database_refuses_as_before(world: World, figure: Figure):
    from django.apps import apps

    tables = {model._meta.db_table: model for model in apps.get_models()}
    gone, stays = Case.objects.order_by("pk").values_list("person", flat=True)[:2]
    destroy_first = agreed_on(gone)
    for table in TABLES:
        model = tables[table]
        row = model._base_manager.first()
        if row is None:
            continue
        figure.add(
            refused(
                lambda row=row, model=model: model._base_manager.filter(pk=row.pk)._raw_delete("default")
            ),
            f"{table}: deleted",
        )
        name = next(one.name for one in model._meta.concrete_fields if not one.primary_key)
        figure.add(
            refused(
                lambda row=row, model=model, name=name: model._base_manager.filter(pk=row.pk).update(
                    **{name: getattr(row, name)}
                )
            ),
            f"{table}: updated",
        )

    def name_a_row(of: Disposal) -> None:
        DisposalRow.objects.create(disposal=of, table="orders_formalwarning", key="1")

    def with_state(**change: Any) -> None:
        Disposal.objects.filter(pk=destroy_first.pk).update(**change)
        name_a_row(destroy_first)

    figure.add(refused(lambda: with_state(state="proposed")), "not approved")
    figure.add(refused(lambda: with_state(approved_by=None)), "by nobody")
    figure.add(refused(lambda: with_state(approved_by=destroy_first.proposed_by)), "by one person")
    figure.add(refused(lambda: with_state(state="done")), "done already")
    Hold.objects.create(person_id=gone, kind="inquiry", reason="x", from_on=TODAY)
    figure.add(refused(lambda: name_a_row(destroy_first)), "held")
    Hold.objects.all().delete()
    # With it agreed, a published line may be blanked and in nothing else be changed.
    line = ReturnRow.objects.filter(case__person=stays).first()
    if line is not None:
        second = agreed_on(stays)
        DisposalRow.objects.create(disposal=second, table="performance_returnrow", key=str(line.pk))
        rows = ReturnRow.objects.filter(pk=line.pk)
        figure.add(refused(lambda: rows.update(counted=not line.counted)), "a published number changed")
        figure.add(refused(lambda: rows.update(reference="other")), "a published line renamed")
        figure.add(refused(lambda: rows._raw_delete("default")), "a published line deleted")
        figure.add(not refused(lambda: rows.update(reference="", reason="")), "blanked")


def test_sqlite_can_still_make_the_tables_anew(db: None):
    """A trigger that names another table would stop that: these name only tables of this part."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite makes tables anew")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, sql in cursor.fetchall():
            others = {"cases_case", "cases_person", "orders_order", "cases_user"}
            assert not any(
                f" {table} " in sql.split("BEGIN")[0].replace(f"ON {table}", "") for table in others
            ), name


# --- Killed half way


@pytest.mark.figure("A disposal killed at the n-th write: nothing of it is done, then it is done once")
def test_killed_half_way_it_resumes_with_one_certificate(two: Any, figure: Figure):
    gone, _, _ = two
    made = agreed_on(gone)
    certificates = DisposalCertificate.objects.filter(disposal=made)
    before = sizes()
    counted = _writes(made, None)
    steps = (
        sorted({1, 2, counted // 3, counted // 2, counted - 2, counted - 1, counted})
        if size(change=0, night=1) == 0
        else range(1, counted + 1)
    )
    for step in steps:
        with transaction.atomic():
            died = _writes(made, step) == -1
            figure.add(died and sizes() == before and not certificates.exists(), f"killed at {step}")
            transaction.set_rollback(True)
    made.refresh_from_db()
    Job.objects.all().delete()
    with patch("cases.disposal.dues_of", everybody_due):
        job = jobs.ask(
            "dispose", f"disposal {made.pk}", arguments={"disposal": made.pk}, council=made.council
        )
        for attempt in range(3):  # a job that is taken up again does nothing twice
            Job.objects.filter(pk=job.pk).update(state="waiting", attempts=0)
            assert jobs.work(clock) == 1
            figure.add(certificates.count() == 1, f"certificates after attempt {attempt}")
    assert not words_left(f"{CANARY}a")


class _Killed(Exception):
    pass


def _writes(made: Disposal, die_at: int | None) -> int:
    """Carry it out and take it back; how many writes it made, or -1 where it was killed at one of them."""
    seen = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if sql.split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            seen += 1
            if seen == die_at:
                raise _Killed
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), patch("cases.disposal.dues_of", everybody_due):
            with connection.execute_wrapper(watch):
                disposal.carry_out(made.pk, TODAY)
            if die_at is None:
                transaction.set_rollback(True)
    except _Killed:
        return -1
    return seen


# --- Two people, holds, and what is said no to


@pytest.fixture
def due(db: None) -> Case:
    Job.objects.all().delete()
    case = a_case(
        opened="1 January 2010", team=a_team(council=a_council("Elsewhere"))
    )  # nobody else's records
    case.closed_on = date(2012, 1, 1)
    case.save()
    a_rule(case.council, "other", 5, "case_closed", True)
    return case


def messages_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return " ".join(problem.message for problem in refused.value.problems)


def test_nobody_approves_what_they_proposed(due: Case):
    proposer, approver = two_people("Elsewhere")
    (made,) = operations.propose_disposal(actor=proposer, people=[due.person_id], today=TODAY)
    again = {"disposals": [made.pk], "today": TODAY}
    assert "Somebody else must" in messages_of(lambda: operations.approve_disposal(actor=proposer, **again))
    operations.approve_disposal(actor=approver, **again)
    assert "no longer waits" in messages_of(lambda: operations.approve_disposal(actor=approver, **again))
    assert refused(lambda: Disposal.objects.filter(pk=made.pk).update(approved_by=proposer))


def test_a_hold_placed_after_approval_stops_it(due: Case):
    proposer, approver = two_people("Elsewhere")
    (made,) = operations.propose_disposal(actor=proposer, people=[due.person_id], today=TODAY)
    operations.approve_disposal(actor=approver, disposals=[made.pk], today=TODAY)
    hold = operations.place_hold(
        actor=proposer, record=due.person.reference, kind="litigation", reason="A claim", from_on=TODAY, today=TODAY
    )  # fmt: skip
    assert jobs.work(clock) == 1
    made.refresh_from_db()
    assert made.state == Disposal.State.STOPPED
    assert Person.objects.get(pk=due.person_id).family_name == "Sample"
    assert retention.due_in(due.council, TODAY) == {}
    operations.lift_hold(actor=approver, hold=hold, reason="Settled", today=TODAY, expected_version=1)
    assert list(retention.due_in(due.council, TODAY)) == [due.person_id]


def test_what_became_undue_between_approval_and_the_job_is_kept(due: Case):
    proposer, approver = two_people("Elsewhere")
    (made,) = operations.propose_disposal(actor=proposer, people=[due.person_id], today=TODAY)
    operations.approve_disposal(actor=approver, disposals=[made.pk], today=TODAY)
    Case.objects.create(council=due.council, person=due.person, opened_on=TODAY)
    jobs.work(clock)
    made.refresh_from_db()
    assert made.state == Disposal.State.STOPPED


def test_a_record_that_is_not_due_is_not_proposed_and_a_declined_one_is_due_again(due: Case):
    proposer, approver = two_people("Elsewhere")
    other = a_case()
    problem = messages_of(
        lambda: operations.propose_disposal(actor=proposer, people=[other.person_id], today=TODAY)
    )
    assert "no longer due" in problem
    (made,) = operations.propose_disposal(actor=proposer, people=[due.person_id], today=TODAY)
    assert retention.due_in(due.council, TODAY) == {}
    operations.decline_disposal(actor=approver, disposal=made, reason="A sibling's case", expected_version=1)
    assert list(retention.due_in(due.council, TODAY)) == [due.person_id]


def test_forms_sent_and_jobs_that_ended_are_let_go_after_three_months(due: Case):
    from cases.nightly import clear_served

    for days, state in ((100, "done"), (100, "waiting"), (10, "done")):
        Job.objects.create(
            kind="notify", run_key=f"{days} {state}", state=state, council=due.council,
            finished_at=clock() - timedelta(days=days) if state == "done" else None,
        )  # fmt: skip
    job = Job.objects.get(run_key="10 done")
    assert clear_served(jobs.Running(job, clock)) == {"forms": 0, "jobs": 1}


def test_a_published_quarter_still_adds_up_when_a_record_behind_it_is_destroyed(world: World):
    person = Case.objects.get(pk=world.keys["case"]).person
    published = Return.objects.get(pk=world.keys["key"])
    line = ReturnRow.objects.create(
        published=published, kpi="K1", case=person.cases.get(), subject="order:1", reference="R 1", counted=True,
        reason="In time",
    )  # fmt: skip
    assert {one.code: one.denominator for one in recount(published, published.as_of)}[
        "K1"
    ] == -1  # nothing like it is recorded
    destroy(person.pk)
    line.refresh_from_db()
    assert (line.reference, line.reason, line.counted) == ("", "", True)
    assert {one.code: one.denominator for one in recount(published, published.as_of)}["K1"] == 0

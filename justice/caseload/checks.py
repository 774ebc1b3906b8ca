"""What the rows of a bundle say of one another: references that resolve, days in an order that is possible.

Only what cannot be true is refused here. What is merely unlawful, late or odd is history, and is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assessments.domain import tools
from assessments.domain.lscmi import HIGHEST, LEVELS, MAXIMA, Bands, bands_on, level_of
from justice.caseload.format import (
    BY_TABLE,
    KPI_TABLES,
    ORDER_IMPOSED,
    PERSON_BORN,
    SUB_SCORES,
    Column,
    Kind,
)
from justice.caseload.problems import Problems
from justice.caseload.tables import Table

# known(table, references): those of the references that were imported before. A mapping gives with each the
# day that new rows are held against: of a person the date of birth, of an order the day it was imposed;
# else None.
_Known = Collection[str] | Mapping[str, date | None]
Known = Callable[[str, frozenset[str]], _Known]
BandsOn = Callable[[date], Bands]


@dataclass
class _Days:
    """The days that other rows are held against."""

    born: dict[str, date]
    imposed: dict[str, date]
    born_of_order: dict[str, date]


def check(
    tables: dict[str, Table], known: Known, today: date, problems: Problems, bands: BandsOn = bands_on
) -> None:
    """Note every row that refers to nothing, or that cannot be true beside another or beside today.

    `bands` gives those in force in the council on a day.
    """
    elsewhere = _check_links(tables, known, problems)
    days = _days(tables, elsewhere)
    for table in tables.values():
        for column in table.file.columns:
            if column.kind is Kind.DATE:
                _check_days(table, column, days, today, problems)
    for name, check_table in _OF_ONE_TABLE.items():
        if name in tables:
            check_table(tables[name], problems)
    if "assessments" in tables:
        _check_assessments(tables["assessments"], problems, bands)


# References


def _check_links(tables: dict[str, Table], known: Known, problems: Problems) -> dict[str, _Known]:
    """Note the references that resolve nowhere; give, by table, those imported before that are referred to."""
    links = [
        (table, column)
        for table in tables.values()
        for column in table.file.columns
        if column.kind is Kind.LINK and len(column.links_to) == 1
    ]
    missing: dict[str, set[str]] = {}
    for table, column in links:
        target, place = column.links_to[0], table.file.place(column.name)
        here = _here(tables, target)
        missing.setdefault(target, set()).update({row[place] for row in table.rows}.difference(here))
    if "exclusions" in tables:
        for row in tables["exclusions"].rows:
            for target in KPI_TABLES.values() if row.ref else ():
                if row.ref not in _here(tables, target):
                    missing.setdefault(target, set()).add(row.ref)
    elsewhere = {
        target: known(target, frozenset(refs - {None})) for target, refs in missing.items() if refs - {None}
    }
    for table, column in links:
        target, place = column.links_to[0], table.file.place(column.name)
        if target in tables and not tables[target].whole:
            continue
        absent = missing[target] - {None} - set(elsewhere.get(target, ()))
        if absent:
            message = f"no such reference in {BY_TABLE[target].name}, nor imported before"
            for row in table.rows:
                if row[place] in absent:
                    problems.add(
                        table.file.name, message, line=row.line, column=column.name, found=row[place]
                    )
    if "exclusions" in tables:
        _check_exclusions(tables, elsewhere, problems)
    return elsewhere


def _here(tables: dict[str, Table], target: str) -> Collection[str]:
    return tables[target].line_of.keys() if target in tables else ()


def _check_exclusions(tables: dict[str, Table], elsewhere: dict[str, _Known], problems: Problems) -> None:
    """An exclusion names a case of its figure: an order for K1 to K4, a report for K5, a release for K6."""
    table = tables["exclusions"]
    for row in table.rows:
        if not row.ref or not row.kpi:
            continue
        target = KPI_TABLES[row.kpi]
        if row.ref in _here(tables, target) or row.ref in elsewhere.get(target, ()):
            continue
        if target in tables and not tables[target].whole:
            continue
        others = [
            other
            for other in dict.fromkeys(KPI_TABLES.values())
            if row.ref in _here(tables, other) or row.ref in elsewhere.get(other, ())
        ]
        message = f"no such reference in {BY_TABLE[target].name}, nor imported before"
        if others:
            one = BY_TABLE[others[0]].one
            message = (
                f"this is {one}; {row.kpi} counts {target}, so give the reference of {BY_TABLE[target].one}"
            )
        problems.add(table.file.name, message, line=row.line, column="ref", found=row.ref)


# Days


def _days(tables: dict[str, Table], elsewhere: dict[str, _Known]) -> _Days:
    born = _known_days(elsewhere.get("people", ()))
    imposed = _known_days(elsewhere.get("orders", ()))
    born_of_order: dict[str, date] = {}
    if "people" in tables:
        born |= {row.person_ref: row.date_of_birth for row in tables["people"].rows if row.date_of_birth}
    if "orders" in tables:
        for row in tables["orders"].rows:
            if row.imposed_on:
                imposed[row.order_ref] = row.imposed_on
            if row.person_ref in born:
                born_of_order[row.order_ref] = born[row.person_ref]
    return _Days(born, imposed, born_of_order)


def _known_days(known: _Known) -> dict[str, date]:
    return {ref: day for ref, day in known.items() if day} if isinstance(known, Mapping) else {}


def _check_days(table: Table, column: Column, days: _Days, today: date, problems: Problems) -> None:
    file, place = table.file, table.file.place(column.name)
    if column.done:
        message = f"this day has not come: today is {today}"
        for row in table.rows:
            if row[place] is not None and row[place] > today:
                problems.add(file.name, message, line=row.line, column=column.name, found=str(row[place]))
    for bound in column.not_before:
        limits: dict[Any, date] | None = None
        if bound == ORDER_IMPOSED:
            said, by, limits = "the order was imposed on", file.place("order_ref"), days.imposed
        elif bound == PERSON_BORN and any(one.name == "person_ref" for one in file.columns):
            said, by, limits = "the person was born on", file.place("person_ref"), days.born
        elif bound == PERSON_BORN:
            said, by, limits = "the person was born on", file.place("order_ref"), days.born_of_order
        else:
            said, by = f"{bound} is", file.place(bound)
        for row in table.rows:
            day = row[place]
            if day is None:
                continue
            limit = row[by] if limits is None else limits.get(row[by])
            if limit is not None and day < limit:
                message = f"{said} {limit}; give that day or a later one"
                problems.add(file.name, message, line=row.line, column=column.name, found=str(day))


# One table at a time


def _check_staff(table: Table, problems: Problems) -> None:
    """An address signs one person in; a team is in one locality."""
    emails: dict[str, int] = {}
    localities: dict[str, tuple[str, int]] = {}
    for row in table.rows:
        if row.email:
            first = emails.setdefault(row.email.casefold(), row.line)
            if first != row.line:
                problems.add(
                    table.file.name,
                    f"line {first} has the same; give each their own",
                    line=row.line,
                    column="email",
                    found=row.email,
                )
        if row.team and row.locality:
            locality, line = localities.setdefault(row.team, (row.locality, row.line))
            if locality != row.locality:
                message = f"line {line} has team {row.team} in {locality}; a team belongs to one locality"
                problems.add(table.file.name, message, line=row.line, column="locality", found=row.locality)


def _check_orders(table: Table, problems: Problems) -> None:
    _check_together(table, "ended_on", "end_reason", problems)


def _check_requirements(table: Table, problems: Problems) -> None:
    for row in table.rows:
        if row.hours is not None and row.kind not in (None, "unpaid_work"):
            problems.add(
                table.file.name,
                f"only unpaid work has hours; leave blank for {row.kind}",
                line=row.line,
                column="hours",
                found=str(row.hours),
            )


def _check_assessments(table: Table, problems: Problems, bands: BandsOn) -> None:
    _check_together(table, "override_level", "override_reason", problems)
    for row in table.rows:
        faults = _lscmi_faults(table, row, bands) if row.tool == "ls_cmi" else _tool_faults(row)
        for column, message in faults:
            problems.add(
                table.file.name,
                message,
                line=row.line,
                column=column,
                found="" if getattr(row, column) is None else str(getattr(row, column)),
            )


def _check_together(table: Table, one: str, other: str, problems: Problems) -> None:
    """Two columns that are filled together or not at all."""
    places = table.file.place(one), table.file.place(other)
    for row in table.rows:
        filled = [row[place] is not None for place in places]
        if filled[0] != filled[1] and not table.spoilt_in(row.line, (one, other)):
            given, lacking = (one, other) if filled[0] else (other, one)
            message = f"blank, though {given} is filled; fill both or neither"
            problems.add(table.file.name, message, line=row.line, column=lacking)


_OF_ONE_TABLE = {
    "staff": _check_staff,
    "orders": _check_orders,
    "requirements": _check_requirements,
}


def lscmi_total(row: Any) -> int | None:
    """The total of an LS/CMI: as given, or the sum of its eight sub-scores where only they are given."""
    scores = [getattr(row, name) for name in SUB_SCORES]
    if row.total is None and None not in scores:
        return sum(scores)
    return row.total


def _lscmi_faults(table: Table, row: Any, bands: BandsOn) -> Iterator[tuple[str, str]]:
    """Scores and a level that do not follow from one another, by column.

    In January 2022 the national system was found to show levels that did not follow from the scores. A
    level that does not fit is never taken over, nor quietly put right: one of the two is wrong, and only
    the assessor knows which.
    """
    given = {name: getattr(row, name) for name in SUB_SCORES if getattr(row, name) is not None}
    for name, score in given.items():
        if score > MAXIMA[name]:
            yield name, f"give {MAXIMA[name]} at most"
    total = lscmi_total(row)
    spoilt = table.spoilt_in(row.line, ("total", *SUB_SCORES))
    if row.total is not None and not spoilt:
        whole = len(given) == len(SUB_SCORES)
        if row.total > HIGHEST:
            yield "total", f"give {HIGHEST} at most"
            return
        if sum(given.values()) != row.total if whole else sum(given.values()) > row.total:
            yield (
                "total",
                f"the sub-scores come to {sum(given.values())}; correct the total or the sub-scores",
            )
    for name in ("level", "override_level"):
        if getattr(row, name) not in (None, *LEVELS):
            yield name, f"the levels of the LS/CMI are {', '.join(LEVELS)}"
            return
    if row.level is None or spoilt:
        return
    if total is None:
        yield "level", "give the total that it follows from, or leave it blank"
    elif total <= HIGHEST and row.completed_on is not None:
        level = level_of(total, bands(row.completed_on))
        if row.level != level:
            yield "level", f"a total of {total} is {level}; correct the level or the total"


def _tool_faults(row: Any) -> Iterator[tuple[str, str]]:
    """What a tool other than the LS/CMI cannot give, by column."""
    if row.tool not in tools.codes() or row.completed_on is None:
        return
    tool = tools.tool_on(row.tool, row.completed_on)
    for name in SUB_SCORES:
        if getattr(row, name) is not None:
            yield name, "sub-scores are those of the LS/CMI; leave blank for another tool"
    if row.total is not None:
        if tool.total is None:
            yield "total", f"the {tool.name} has no total; leave blank"
        elif not tool.total[0] <= row.total <= tool.total[1]:
            yield "total", f"give {tool.total[0]} to {tool.total[1]}"
    for name in ("level", "override_level"):
        if getattr(row, name) not in (None, *tool.levels):
            levels = f"are {', '.join(tool.levels)}" if tool.levels else "are none; leave blank"
            yield name, f"the levels of the {tool.name} {levels}"
            return
    derived = tool.level_of(row.total)
    if row.level and derived and row.level != derived:
        yield "level", f"a total of {row.total} is {derived}; correct the level or the total"

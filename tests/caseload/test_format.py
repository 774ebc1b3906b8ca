"""The caseload bundle: a tidy one is read whole; each thing that can be wrong with one is named, with its place."""

# ruff: noqa: E501 - the sentences stand here as they are printed, whole

from __future__ import annotations

import csv
import io
import struct
import tempfile
import time
import tracemalloc
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.models import Assessment, ReportRequest
from cases.models import Address, Employment, Ethnicity, Gender, Locality, Person, Role, Team, User
from justice.caseload import bundle as reading
from justice.caseload import format as declared
from justice.caseload import tables as reading_tables
from justice.caseload.bundle import open_bundle, read, report_lines
from justice.caseload.checks import lscmi_total
from justice.caseload.problems import FileProblem, Problems
from orders.domain import cpo, throughcare
from orders.models import Attendance, Contact, Order, Release

TODAY = date(2026, 11, 24)
PAGE = Path(declared.__file__).with_name("FORMAT.md")

TIDY = {
    "staff.csv": """\
staff_ref,name,email,role,team,locality
S1,Ann Example,ann@council.example,caseworker,North team,North
S2,Bea Example,bea@council.example,first_line_manager,North team,North
""",
    "people.csv": """\
person_ref,given_name,family_name,date_of_birth,gender,ethnicity,employment,postcode,restricted
P1,Cal,Example,1990-05-17,male,white,unemployed,G1 1AA,no
P2,Dee,Example,1985-01-31,female,,,,yes
""",
    "orders.csv": """\
order_ref,person_ref,basis,court_type,court,imposed_on,transferred_in,caseworker,ended_on,end_reason
O1,P1,instead_of_prison,sheriff_summary,Anytown,2025-06-02,no,S1,,
O2,P2,fine_default,jp,,2024-02-29,,,2024-06-01,completed
""",
    "requirements.csv": """\
order_ref,kind,hours,months,last_day,added_on,completed_on
O1,unpaid_work,120,,,,
O1,supervision,,18,,,
O2,unpaid_work,50,,2024-08-01,,2024-05-30
""",
    "contacts.csv": """\
order_ref,kind,on,attended
O1,first_contact,2025-06-03,yes
O1,induction,2025-06-09,no
""",
    "attendance.csv": """\
order_ref,on,outcome,minutes_credited,other_activity,placement
O1,2025-06-12,attended,420,no,Squad 1
O1,2025-06-19,unacceptable_absence,,,
""",
    "plans.csv": "order_ref,approved_on\nO1,2025-06-27\n",
    "assessments.csv": """\
order_ref,tool,completed_on,total,criminal_history,education_employment,family_marital,leisure_recreation,\
companions,alcohol_drug,procriminal_attitude,antisocial_pattern,level,override_level,override_reason
O1,ls_cmi,2025-05-20,23,5,5,2,2,3,4,1,1,high,very_high,pattern of harm
O1,rosh,2025-06-20,,,,,,,,,,high,,
""",
    "reviews.csv": "order_ref,held_on,for_due_on,chaired_by\nO1,2025-09-01,2025-09-02,S2\n",
    "reports.csv": """\
report_ref,person_ref,court_type,court,requested_on,hearing_on,submitted_on,withdrawn_on
R1,P1,sheriff_summary,,2025-05-05,2025-06-02,2025-05-30,
""",
    "releases.csv": "release_ref,person_ref,licence,released_on,interviewed_on\nL1,P2,parole,2025-03-03,2025-03-04\n",
    "exclusions.csv": "ref,kpi,reason\nO1,K2,could_not_comply\nR1,K5,withdrawn\nL1,K6,died\n",
}


def nothing_before(table, refs):
    return set()


def write(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read_path(path, known=nothing_before, today=TODAY):
    with open_bundle(path) as bundle:
        return read(bundle, known=known, today=today)


def read_files(folder, files, known=nothing_before, today=TODAY):
    return read_path(write(folder, files), known, today)


def problems_of(parsed):
    assert not parsed.problems or parsed.tables == {}  # nothing is taken over from a bundle with a problem
    return report_lines(parsed.problems)


# The tidy bundle


def test_a_tidy_bundle_is_read_whole(tmp_path):
    parsed = read_files(tmp_path, TIDY)
    assert problems_of(parsed) == []
    assert {name: len(rows) for name, rows in parsed.tables.items()} == {
        "staff": 2,
        "people": 2,
        "orders": 2,
        "requirements": 3,
        "contacts": 2,
        "attendance": 2,
        "plans": 1,
        "assessments": 2,
        "reviews": 1,
        "reports": 1,
        "releases": 1,
        "exclusions": 3,
    }
    order = parsed.tables["orders"][1]
    assert (
        order.line,
        order.order_ref,
        order.imposed_on,
        order.transferred_in,
        order.caseworker,
        order.end_reason,
    ) == (
        3,
        "O2",
        date(2024, 2, 29),
        None,
        None,
        "completed",
    )
    assert parsed.tables["attendance"][0].minutes_credited == 420
    assert parsed.tables["contacts"][1].attended is False
    assert parsed.tables["people"][1].restricted is True


def test_a_folder_and_a_zip_of_it_hold_the_same(tmp_path):
    folder = tmp_path / "caseload"
    folder.mkdir()
    of_folder = read_files(folder, TIDY)
    of_zip = read_path(zipped(tmp_path / "open.zip", TIDY))
    of_zipped_folder = read_path(
        zipped(tmp_path / "one.zip", {f"caseload/{name}": TIDY[name] for name in TIDY})
    )
    assert of_folder.tables == of_zip.tables == of_zipped_folder.tables
    assert of_folder.digest == of_zip.digest == of_zipped_folder.digest
    changed = {**TIDY, "plans.csv": "order_ref,approved_on\nO1,2025-06-28\n"}
    assert read_path(zipped(tmp_path / "changed.zip", changed)).digest != of_folder.digest


def test_every_file_is_optional(tmp_path):
    for name in TIDY:
        folder = tmp_path / name
        folder.mkdir()
        refs = {
            "people": {"P1", "P2"},
            "orders": {"O1", "O2"},
            "staff": {"S1", "S2"},
            "reports": {"R1"},
            "releases": {"L1"},
        }
        parsed = read_files(folder, {name: TIDY[name]}, lambda table, asked, refs=refs: refs[table] & asked)
        assert problems_of(parsed) == []


def test_columns_may_come_in_any_order_and_optional_ones_may_be_left_out(tmp_path):
    parsed = read_files(
        tmp_path,
        {
            **TIDY,
            "people.csv": "gender,date_of_birth,family_name,given_name,person_ref\nother,1990-05-17,Example,Cal,P1\n"
            "female,1985-01-31,Example,Dee,P2\n",
        },
    )
    assert problems_of(parsed) == []
    assert parsed.tables["people"][0] == (
        2,
        "P1",
        "Cal",
        "Example",
        date(1990, 5, 17),
        "other",
        None,
        None,
        None,
        None,
    )


def test_what_systems_and_people_leave_beside_the_tables_is_not_read(tmp_path):
    beside = {"README.md": "notes", "notes.txt": "", ".DS_Store": "x", "expected.json": "{}"}
    assert problems_of(read_files(tmp_path, {**TIDY, **beside})) == []
    mac = {f"caseload/{name}": TIDY[name] for name in TIDY} | {"__MACOSX/caseload/._orders.csv": "x"}
    assert problems_of(read_path(zipped(tmp_path / "mac.zip", mac))) == []


def test_a_byte_order_mark_windows_line_ends_and_blank_last_rows_are_tolerated(tmp_path):
    orders = "\ufeff" + TIDY["orders.csv"].replace("\n", "\r\n") + "\r\n,,,,,,,,,\r\n"
    parsed = read_files(tmp_path, {**TIDY, "orders.csv": orders})
    assert problems_of(parsed) == []
    assert len(parsed.tables["orders"]) == 2


def test_quoting_commas_marks_and_line_breaks(tmp_path):
    people = (
        "person_ref,given_name,family_name,date_of_birth,gender\n"
        'P1,"Cal, the ""elder""","O\'Example\nof the glen",1990-05-17,male\n'
        "P2,Dee,Example,1985-02-30,female\n"
    )
    parsed = read_files(tmp_path, {**TIDY, "people.csv": people})
    assert problems_of(parsed) == [
        'people.csv, line 4, column date_of_birth: found "1985-02-30"; give a real date as YYYY-MM-DD'
    ]
    parsed = read_files(tmp_path, {**TIDY, "people.csv": people.replace("02-30", "02-28")})
    assert parsed.tables["people"][0].given_name == 'Cal, the "elder"'
    assert parsed.tables["people"][0].family_name == "O'Example of the glen"
    assert [row.line for row in parsed.tables["people"]] == [2, 4]


def test_the_line_breaks_of_a_reason_are_kept(tmp_path):
    text = TIDY["assessments.csv"].replace("pattern of harm", '"pattern\r\nof harm"')
    parsed = read_files(tmp_path, {**TIDY, "assessments.csv": text})
    assert parsed.tables["assessments"][0].override_reason == "pattern\nof harm"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x.example")', "@SUM(A1)", "+44", "-1+1", "＝1+1"])
def test_a_formula_in_a_name_is_kept_as_text(tmp_path, name):
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        ["P1", name, "Example", "1990-05-17", "male", "", "", "", ""]
    )
    people = TIDY["people.csv"].splitlines(keepends=True)
    parsed = read_files(tmp_path, {**TIDY, "people.csv": people[0] + line.getvalue() + people[2]})
    assert problems_of(parsed) == []
    assert parsed.tables["people"][0].given_name == name


def test_spaces_around_a_value_are_not_part_of_it(tmp_path):
    contacts = TIDY["contacts.csv"].replace(
        "O1,first_contact,2025-06-03", " O1 , first_contact,\u00a02025-06-03 "
    )
    parsed = read_files(tmp_path, {**TIDY, "contacts.csv": contacts})
    assert problems_of(parsed) == []
    assert parsed.tables["contacts"][0].order_ref == "O1"


def test_levels_are_read_in_any_spelling(tmp_path):
    text = TIDY["assessments.csv"].replace("very_high", "Very-High")
    parsed = read_files(tmp_path, {**TIDY, "assessments.csv": text})
    assert parsed.tables["assessments"][0].override_level == "very_high"


def test_what_is_only_unlawful_or_late_or_odd_is_read(tmp_path):
    files = {
        **TIDY,
        "orders.csv": TIDY["orders.csv"] + "O3,P2,fine_default,jp,,2011-02-01,yes,S1,,\n",
        "requirements.csv": TIDY["requirements.csv"]
        + "O3,unpaid_work,900,,2031-01-01,,\nO3,programme,,99,,,\nO3,programme,,6,,2012-01-01,\n",
        "attendance.csv": TIDY["attendance.csv"]
        + "O3,2020-01-01,attended,480,yes,\nO3,2020-01-01,attended,480,yes,\n",
        "plans.csv": TIDY["plans.csv"] + "O1,2025-01-01\n",
        "releases.csv": TIDY["releases.csv"] + "L2,P1,life,2027-01-01,\n",
    }
    assert problems_of(read_files(tmp_path, files)) == []


# One planted error of each kind


class Plant:
    """A tidy bundle with one thing wrong: in `file`, `old` replaced by `new`; and the sentence it must give."""

    def __init__(self, file, old, new, said):
        self.file, self.old, self.new, self.said = file, old, new, said

    def bundle(self):
        assert TIDY[self.file].count(self.old) >= 1
        return {**TIDY, self.file: TIDY[self.file].replace(self.old, self.new, 1)}


PLANTS = {
    "a column that is not of the format": Plant(
        "orders.csv",
        "court,imposed_on",
        "cuort,imposed_on",
        'orders.csv, line 1: found "cuort"; no column of this file; is court meant?',
    ),
    "a required column missing": Plant(
        "plans.csv",
        "order_ref,approved_on\nO1,2025-06-27\n",
        "order_ref\nO1\n",
        "plans.csv, line 1, column approved_on: this column is missing; add it, and fill it in every row",
    ),
    "a header with a column twice": Plant(
        "plans.csv",
        "order_ref,approved_on\nO1,2025-06-27",
        "order_ref,approved_on,approved_on\nO1,2025-06-27,2025-06-28",
        "plans.csv, line 1, column approved_on: this column is there twice; leave one of them out",
    ),
    "a header cell that is blank": Plant(
        "plans.csv",
        "order_ref,approved_on\nO1,2025-06-27",
        "order_ref,approved_on,\nO1,2025-06-27,",
        "plans.csv, line 1: cell 3 of the header is blank; name the column or take it out",
    ),
    "semicolons for commas": Plant(
        "plans.csv",
        "order_ref,approved_on\nO1,2025-06-27",
        "order_ref;approved_on\nO1;2025-06-27",
        'plans.csv, line 1: found "order_ref;approved_on"; put commas between the cells',
    ),
    "too many cells": Plant(
        "contacts.csv",
        "2025-06-09,no",
        "2025-06-09,no,late",
        "contacts.csv, line 3: too many cells: 5, where the header has 4; put text with a comma in quotation marks",
    ),
    "too few cells": Plant(
        "contacts.csv",
        "2025-06-09,no",
        "2025-06-09",
        "contacts.csv, line 3: too few cells: 3, where the header has 4; put text with a comma in quotation marks",
    ),
    "a quotation mark never closed": Plant(
        "contacts.csv",
        "O1,induction",
        'O1,"induction',
        "contacts.csv, line 3: a quotation mark is opened and not closed; close it, and write a mark inside text twice",
    ),
    "text after a closing quotation mark": Plant(
        "contacts.csv",
        "O1,induction",
        'O1,"in"duction',
        "contacts.csv, line 3: text after a closing quotation mark; write a mark inside text twice",
    ),
    "a lone carriage return": Plant(
        "contacts.csv",
        "yes\nO1",
        "yes\rO1",
        "contacts.csv, line 2: a line end of another kind inside a line; save the file with line ends of Windows or Unix",
    ),
    "a required cell blank": Plant(
        "orders.csv",
        "instead_of_prison",
        "",
        "orders.csv, line 2, column basis: blank; this column must be filled",
    ),
    "a required cell of spaces": Plant(
        "people.csv",
        "P1,Cal",
        "P1,  ",
        "people.csv, line 2, column given_name: blank; this column must be filled",
    ),
    "30 February": Plant(
        "orders.csv",
        "2025-06-02",
        "2025-02-30",
        'orders.csv, line 2, column imposed_on: found "2025-02-30"; give a real date as YYYY-MM-DD',
    ),
    "29 February of a common year": Plant(
        "orders.csv",
        "2024-02-29",
        "2023-02-29",
        'orders.csv, line 3, column imposed_on: found "2023-02-29"; give a real date as YYYY-MM-DD',
    ),
    "the year 0021": Plant(
        "orders.csv",
        "2025-06-02",
        "0021-06-02",
        'orders.csv, line 2, column imposed_on: found "0021-06-02"; give a date from 1900-01-01 to 2099-12-31, as YYYY-MM-DD',
    ),
    "the year 20215": Plant(
        "orders.csv",
        "2025-06-02",
        "20215-06-02",
        'orders.csv, line 2, column imposed_on: found "20215-06-02"; give a date from 1900-01-01 to 2099-12-31, as YYYY-MM-DD',
    ),
    "a date the British way": Plant(
        "orders.csv",
        "2025-06-02",
        "02/06/2025",
        'orders.csv, line 2, column imposed_on: found "02/06/2025"; give a date as YYYY-MM-DD',
    ),
    "a date by weeks": Plant(
        "orders.csv",
        "2025-06-02",
        "2025-W23-1",
        'orders.csv, line 2, column imposed_on: found "2025-W23-1"; give a date as YYYY-MM-DD',
    ),
    "a date without strokes": Plant(
        "orders.csv",
        "2025-06-02",
        "20250602",
        'orders.csv, line 2, column imposed_on: found "20250602"; give a date as YYYY-MM-DD',
    ),
    "a yes or no that is neither": Plant(
        "contacts.csv",
        "2025-06-03,yes",
        "2025-06-03,Y",
        'contacts.csv, line 2, column attended: found "Y"; give yes or no',
    ),
    "restricted that is neither yes nor no": Plant(
        "people.csv",
        "G1 1AA,no",
        "G1 1AA,named staff",
        'people.csv, line 2, column restricted: found "named staff"; give yes or no',
    ),
    "text where a number belongs": Plant(
        "requirements.csv",
        "unpaid_work,120",
        "unpaid_work,lots",
        'requirements.csv, line 2, column hours: found "lots"; give a whole number of hours from 0 to 9,999',
    ),
    "a number that is not whole": Plant(
        "requirements.csv",
        "unpaid_work,120",
        "unpaid_work,120.5",
        'requirements.csv, line 2, column hours: found "120.5"; give a whole number of hours from 0 to 9,999',
    ),
    "a number of five thousand digits": Plant(
        "requirements.csv",
        "unpaid_work,120",
        "unpaid_work," + "1" * 5000,
        f'requirements.csv, line 2, column hours: found "{"1" * 60}…"; give a whole number of hours from 0 to 9,999',
    ),
    "minutes below zero": Plant(
        "attendance.csv",
        "attended,420",
        "attended,-420",
        'attendance.csv, line 2, column minutes_credited: found "-420"; give a whole number of minutes from 0 to 1,440',
    ),
    "more minutes than a day has": Plant(
        "attendance.csv",
        "attended,420",
        "attended,1441",
        'attendance.csv, line 2, column minutes_credited: found "1441"; give a whole number of minutes from 0 to 1,440',
    ),
    "a code that is not in the list": Plant(
        "people.csv",
        "male,white",
        "M,white",
        'people.csv, line 2, column gender: found "M"; give one of male, female, other, not_known',
    ),
    "a text too long": Plant(
        "people.csv",
        "Cal",
        "C" * 101,
        f'people.csv, line 2, column given_name: found "{"C" * 60}…"; 101 characters; give 100 at most',
    ),
    "a control character": Plant(
        "people.csv",
        "Cal",
        "C\x07al",
        'people.csv, line 2, column given_name: found "C\\x07al"; take out the character U+0007, which cannot be shown',
    ),
    "a character that turns text round": Plant(
        "people.csv",
        "Cal",
        "C\u202eal",
        'people.csv, line 2, column given_name: found "C\\u202eal"; take out the character U+202E, which cannot be shown',
    ),
    "a line break in a reference": Plant(
        "reports.csv",
        "2025-05-30,\n",
        '2025-05-30,\n"R\n2",P1,jp,,2025-05-05,2025-06-02,,\n',
        'reports.csv, line 3, column report_ref: found "R\\n2"; take out the line break or tab',
    ),
    "an e-mail address that is none": Plant(
        "staff.csv",
        "ann@council.example",
        "ann at council",
        'staff.csv, line 2, column email: found "ann at council"; give an e-mail address, such as a.name@council.example',
    ),
    "two members of staff with one address": Plant(
        "staff.csv",
        "bea@council.example",
        "ANN@council.example",
        'staff.csv, line 3, column email: found "ANN@council.example"; line 2 has the same; give each their own',
    ),
    "one team in two localities": Plant(
        "staff.csv",
        "first_line_manager,North team,North",
        "first_line_manager,North team,South",
        'staff.csv, line 3, column locality: found "South"; line 2 has team North team in North; a team belongs to one locality',
    ),
    "two rows with one reference": Plant(
        "people.csv",
        "P2,Dee",
        "P1,Eve,Example,1990-05-17,female,,,,\nP2,Dee",
        'people.csv, line 3, column person_ref: found "P1"; line 2 has the same person_ref; give a person one row',
    ),
    "one requirement twice": Plant(
        "requirements.csv",
        "O1,supervision,,18,,,",
        "O1,unpaid_work,60,,,,",
        'requirements.csv, line 3, column order_ref: found "O1"; line 2 has the same order_ref, kind and added_on; '
        "give a requirement one row",
    ),
    "one exclusion twice": Plant(
        "exclusions.csv",
        "O1,K2,could_not_comply",
        "O1,K2,could_not_comply\nO1,K2,died",
        'exclusions.csv, line 3, column ref: found "O1"; line 2 has the same ref and kpi; give an exclusion one row',
    ),
    "a reference to nobody": Plant(
        "reports.csv",
        "R1,P1",
        "R1,P9",
        'reports.csv, line 2, column person_ref: found "P9"; no such reference in people.csv, nor imported before',
    ),
    "a reference to no member of staff": Plant(
        "reviews.csv",
        "S2",
        "S9",
        'reviews.csv, line 2, column chaired_by: found "S9"; no such reference in staff.csv, nor imported before',
    ),
    "a reference in other capitals": Plant(
        "contacts.csv",
        "O1,first_contact",
        "o1,first_contact",
        'contacts.csv, line 2, column order_ref: found "o1"; no such reference in orders.csv, nor imported before',
    ),
    "an exclusion of nothing": Plant(
        "exclusions.csv",
        "R1,K5",
        "R9,K5",
        'exclusions.csv, line 3, column ref: found "R9"; no such reference in reports.csv, nor imported before',
    ),
    "an exclusion of an order from a figure about reports": Plant(
        "exclusions.csv",
        "R1,K5",
        "O1,K5",
        'exclusions.csv, line 3, column ref: found "O1"; this is an order; K5 counts reports, so give the reference of a report',
    ),
    "a person born after the order": Plant(
        "people.csv",
        "1985-01-31",
        "2024-03-01",
        'orders.csv, line 3, column imposed_on: found "2024-02-29"; the person was born on 2024-03-01; '
        "give that day or a later one",
    ),
    "a person not born yet": Plant(
        "people.csv",
        "P2,Dee",
        "P3,Eve,Example,2026-11-25,female,,,,\nP2,Dee",
        'people.csv, line 3, column date_of_birth: found "2026-11-25"; this day has not come: today is 2026-11-24',
    ),
    "a plan approved before the person was born": Plant(
        "plans.csv",
        "2025-06-27",
        "1990-05-16",
        'plans.csv, line 2, column approved_on: found "1990-05-16"; the person was born on 1990-05-17; '
        "give that day or a later one",
    ),
    "an order that ended before it was imposed": Plant(
        "orders.csv",
        "2024-06-01",
        "2024-02-28",
        'orders.csv, line 3, column ended_on: found "2024-02-28"; imposed_on is 2024-02-29; give that day or a later one',
    ),
    "an end without its reason": Plant(
        "orders.csv",
        "2024-06-01,completed",
        "2024-06-01,",
        "orders.csv, line 3, column end_reason: blank, though ended_on is filled; fill both or neither",
    ),
    "a reason for an end without the day": Plant(
        "orders.csv",
        "2024-06-01,completed",
        ",completed",
        "orders.csv, line 3, column ended_on: blank, though end_reason is filled; fill both or neither",
    ),
    "a requirement added before its order": Plant(
        "requirements.csv",
        "O1,supervision,,18,,,",
        "O1,supervision,,18,,2025-06-01,",
        'requirements.csv, line 3, column added_on: found "2025-06-01"; the order was imposed on 2025-06-02; '
        "give that day or a later one",
    ),
    "a last day before the first": Plant(
        "requirements.csv",
        "2024-08-01",
        "2024-01-01",
        'requirements.csv, line 4, column last_day: found "2024-01-01"; the order was imposed on 2024-02-29; '
        "give that day or a later one",
    ),
    "hours of supervision": Plant(
        "requirements.csv",
        "supervision,,18",
        "supervision,40,18",
        'requirements.csv, line 3, column hours: found "40"; only unpaid work has hours; leave blank for supervision',
    ),
    "a contact before the order": Plant(
        "contacts.csv",
        "2025-06-03",
        "2025-06-01",
        'contacts.csv, line 2, column on: found "2025-06-01"; the order was imposed on 2025-06-02; '
        "give that day or a later one",
    ),
    "a contact in the future": Plant(
        "contacts.csv",
        "2025-06-03",
        "2026-11-25",
        'contacts.csv, line 2, column on: found "2026-11-25"; this day has not come: today is 2026-11-24',
    ),
    "attendance before the order": Plant(
        "attendance.csv",
        "2025-06-12",
        "2025-06-01",
        'attendance.csv, line 2, column on: found "2025-06-01"; the order was imposed on 2025-06-02; '
        "give that day or a later one",
    ),
    "attendance in the future": Plant(
        "attendance.csv",
        "2025-06-12",
        "2062-06-12",
        'attendance.csv, line 2, column on: found "2062-06-12"; this day has not come: today is 2026-11-24',
    ),
    "a review before the order": Plant(
        "reviews.csv",
        "2025-09-01",
        "2024-09-01",
        'reviews.csv, line 2, column held_on: found "2024-09-01"; the order was imposed on 2025-06-02; '
        "give that day or a later one",
    ),
    "a report submitted before it was asked for": Plant(
        "reports.csv",
        "2025-05-30",
        "2025-05-04",
        'reports.csv, line 2, column submitted_on: found "2025-05-04"; requested_on is 2025-05-05; '
        "give that day or a later one",
    ),
    "a hearing before the request": Plant(
        "reports.csv",
        "2025-06-02",
        "2025-05-04",
        'reports.csv, line 2, column hearing_on: found "2025-05-04"; requested_on is 2025-05-05; '
        "give that day or a later one",
    ),
    "an interview before the release": Plant(
        "releases.csv",
        "2025-03-04",
        "2025-03-02",
        'releases.csv, line 2, column interviewed_on: found "2025-03-02"; released_on is 2025-03-03; '
        "give that day or a later one",
    ),
    "an override without its reason": Plant(
        "assessments.csv",
        "very_high,pattern of harm",
        "very_high,",
        "assessments.csv, line 2, column override_reason: blank, though override_level is filled; fill both or neither",
    ),
    "a level that does not follow from the score": Plant(
        "assessments.csv",
        "high,very_high",
        "medium,very_high",
        'assessments.csv, line 2, column level: found "medium"; a total of 23 is high; correct the level or the total',
    ),
    "a level without a score": Plant(
        "assessments.csv",
        "23,5,5,2,2,3,4,1,1,high",
        ",5,5,2,2,3,4,1,,high",
        'assessments.csv, line 2, column level: found "high"; give the total that it follows from, or leave it blank',
    ),
    "a total that is not the sum": Plant(
        "assessments.csv",
        "23,5,5",
        "24,5,5",
        'assessments.csv, line 2, column total: found "24"; the sub-scores come to 23; correct the total or the sub-scores',
    ),
    "some sub-scores that already exceed the total": Plant(
        "assessments.csv",
        "23,5,5,2,2,3,4,1,1,high",
        "4,5,,,,,,,,very_low",
        'assessments.csv, line 2, column total: found "4"; the sub-scores come to 5; correct the total or the sub-scores',
    ),
    "a sub-score above its maximum": Plant(
        "assessments.csv",
        "23,5,5,2,2,3,4,1,1,high",
        "23,9,5,2,0,1,4,1,1,high",
        'assessments.csv, line 2, column criminal_history: found "9"; give 8 at most',
    ),
    "a total above the maximum": Plant(
        "assessments.csv",
        "23,5,5,2,2,3,4,1,1,high",
        "44,,,,,,,,,very_high",
        'assessments.csv, line 2, column total: found "44"; give 43 at most',
    ),
    "a level the LS/CMI does not have": Plant(
        "assessments.csv",
        "1,1,high,",
        "1,1,maximum,",
        'assessments.csv, line 2, column level: found "maximum"; the levels of the LS/CMI are '
        "very_low, low, medium, high, very_high",
    ),
}


@pytest.mark.parametrize("plant", [pytest.param(plant, id=name) for name, plant in PLANTS.items()])
def test_one_planted_error_is_named_and_nothing_is_taken_over(tmp_path, plant):
    assert problems_of(read_files(tmp_path, plant.bundle())) == [plant.said]


WHOLE_FILES = {
    "an empty file": (
        "plans.csv",
        b"",
        "plans.csv: the file is empty, or its first line is; begin with the header row",
    ),
    "a file of nothing but a byte-order mark": (
        "plans.csv",
        b"\xef\xbb\xbf",
        "plans.csv: the file is empty, or its first line is; begin with the header row",
    ),
    "bytes that are not UTF-8": (
        "plans.csv",
        b"order_ref,approved_on\nO1,2025-06-27\nO\xe9,2025-06-27\n",
        'plans.csv, line 3: found "0xE9"; byte 2 of the line is not UTF-8 text; save it as CSV in UTF-8',
    ),
    "a NUL byte": (
        "plans.csv",
        b"order_ref,approved_on\nO1,2025-\x0006-27\n",
        "plans.csv, line 2: byte 9 of the line is NUL: not text; save it as CSV in UTF-8",
    ),
    "UTF-16": (
        "plans.csv",
        "order_ref,approved_on\nO1,2025-06-27\n".encode("utf-16"),
        "plans.csv: text in UTF-16, not UTF-8; save it as CSV in UTF-8",
    ),
    "a spreadsheet renamed": (
        "plans.csv",
        b"PK\x03\x04\x14\x00\x06\x00",
        "plans.csv: a spreadsheet or a zip, not CSV; save it as CSV in UTF-8",
    ),
    "a line without an end": (
        "plans.csv",
        b"order_ref,approved_on\n" + b"x" * 200_000,
        "plans.csv, line 2: longer than 100,000 bytes; end each row with a line end of Windows or Unix",
    ),
    "a file that is not of the format": (
        "order.csv",
        b"order_ref\n",
        "order.csv: not a file of the caseload format; is orders.csv meant?",
    ),
    "a file in other capitals": (
        "Plans.CSV",
        b"order_ref\n",
        "Plans.CSV: not a file of the caseload format; is plans.csv meant?",
    ),
    "a table as a note": (
        "plans.txt",
        b"order_ref\n",
        "plans.txt: not a file of the caseload format; is plans.csv meant?",
    ),
    "a packed file": (
        "more.zip",
        b"PK",
        "more.zip: a packed file is not opened; unpack it and put its files beside the others",
    ),
}


@pytest.mark.parametrize(
    ("name", "content", "said"), [pytest.param(*case, id=name) for name, case in WHOLE_FILES.items()]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content, said):
    parsed = read_files(tmp_path, {**TIDY, name: content})
    lines = problems_of(parsed)
    assert said in lines
    assert [line for line in lines if not line.startswith(name)] == []


def test_what_refers_to_an_unreadable_file_is_not_reported_too(tmp_path):
    assert len(problems_of(read_files(tmp_path, {**TIDY, "orders.csv": b"\0"}))) == 1
    assert (
        len(
            problems_of(
                read_files(tmp_path, {**TIDY, "orders.csv": TIDY["orders.csv"].replace("order_ref,", "ref,")})
            )
        )
        == 2
    )


def test_every_problem_of_every_file_is_reported(tmp_path):
    files = {
        **TIDY,
        "people.csv": TIDY["people.csv"].replace("1990-05-17,male", "1990-02-30,M"),
        "orders.csv": TIDY["orders.csv"].replace("fine_default,jp", "fine,jp"),
        "contacts.csv": TIDY["contacts.csv"]
        + "O7,first_contact,2025-06-03\nO7,first_contact,2025-06-03,yes\n",
        "nothing.csv": "",
    }
    lines = problems_of(read_files(tmp_path, files))
    assert [line.split(":")[0] for line in lines] == [
        "nothing.csv",
        "people.csv, line 2, column date_of_birth",
        "people.csv, line 2, column gender",
        "orders.csv, line 3, column basis",
        "contacts.csv, line 4",
        "contacts.csv, line 5, column order_ref",
    ]


def test_problems_beyond_a_thousand_in_one_file_are_counted(tmp_path):
    files = {
        **TIDY,
        "plans.csv": "order_ref,approved_on\n" + "O1,soon\n" * 1_500,
        "contacts.csv": "order_ref\n",
    }
    lines = problems_of(read_files(tmp_path, files))
    assert len([line for line in lines if line.startswith("plans.csv")]) == 1_001
    assert lines[-1] == "plans.csv: and 500 more problems"
    assert any(line.startswith("contacts.csv") for line in lines)


def test_rows_may_refer_to_what_was_imported_before(tmp_path):
    before = {
        "people": {"P1": date(1990, 5, 17)},
        "orders": {"O1": date(2025, 6, 2)},
        "staff": {"S1": None, "S2": None},
    }
    asked = []

    def known(table, refs):
        asked.append(table)
        return {ref: before[table][ref] for ref in refs if ref in before.get(table, ())}

    files = {name: TIDY[name] for name in ("contacts.csv", "attendance.csv", "reviews.csv")}
    assert problems_of(read_files(tmp_path, files, known)) == []
    assert sorted(asked) == ["orders", "staff"]  # each table is asked once
    files["contacts.csv"] = (
        files["contacts.csv"].replace("2025-06-03", "2025-06-01").replace("2025-06-09", "2025-06-08")
    )
    assert problems_of(read_files(tmp_path, files, known)) == [
        'contacts.csv, line 2, column on: found "2025-06-01"; the order was imposed on 2025-06-02; give that day or a later one'
    ]


def test_an_order_of_somebody_imported_before_is_held_against_their_birth(tmp_path):
    orders = TIDY["orders.csv"].replace("S1", "")
    born = {"P1": date(2025, 6, 3), "P2": date(1985, 1, 31)}
    lines = problems_of(read_files(tmp_path, {"orders.csv": orders}, lambda table, refs: born))
    assert lines == [
        'orders.csv, line 2, column imposed_on: found "2025-06-02"; the person was born on 2025-06-03; '
        "give that day or a later one"
    ]


def test_the_total_of_an_lscmi_may_be_left_to_its_sub_scores(tmp_path):
    text = TIDY["assessments.csv"].replace("2025-05-20,23,", "2025-05-20,,")
    parsed = read_files(tmp_path, {**TIDY, "assessments.csv": text})
    assert problems_of(parsed) == []
    assert lscmi_total(parsed.tables["assessments"][0]) == 23
    assert problems_of(
        read_files(tmp_path, {**TIDY, "assessments.csv": text.replace("1,1,high", "1,1,low")})
    ) == [
        'assessments.csv, line 2, column level: found "low"; a total of 23 is high; correct the level or the total'
    ]


# Folders and zips


def test_a_path_where_nothing_is(tmp_path):
    assert problems_of(read_path(tmp_path / "nowhere")) == [
        "the bundle: there is no folder or zip of this name"
    ]


def test_an_empty_folder(tmp_path):
    assert problems_of(read_path(tmp_path)) == ["the bundle: none of the files of a caseload is in it"]


def test_a_link_and_a_folder_in_a_folder(tmp_path):
    write(tmp_path, TIDY)
    (tmp_path / "plans.csv").unlink()
    (tmp_path / "plans.csv").symlink_to(tmp_path / "orders.csv")
    (tmp_path / "more").mkdir()
    assert problems_of(read_path(tmp_path)) == [
        'the bundle: found "more"; this is a folder; put the files side by side',
        'the bundle: found "plans.csv"; this is a link; put the file itself in the folder',
    ]


@pytest.mark.parametrize(
    "path",
    [
        "../orders.csv",
        "/etc/orders.csv",
        "C:/orders.csv",
        "a/../../orders.csv",
        "..\\orders.csv",
        "\\orders.csv",
    ],
)
def test_a_zip_with_a_path_outside_itself(tmp_path, path):
    parsed = read_path(zipped(tmp_path / "out.zip", {**TIDY, path: "x"}))
    assert problems_of(parsed) == [
        f'the bundle: found "{path.replace(chr(92), "/")}"; this path leads outside the zip; zip the folder afresh'
    ]
    assert parsed.counts == {}  # not one member was opened


def test_a_zip_with_a_link(tmp_path):
    link = zipfile.ZipInfo("plans.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert problems_of(read_path(tmp_path / "link.zip")) == [
        'the bundle: found "plans.csv"; this is a link; put the file itself in the zip'
    ]


def test_a_zip_in_a_zip(tmp_path):
    assert problems_of(read_path(zipped(tmp_path / "two.zip", {**TIDY, "more.zip": b"PK"}))) == [
        'the bundle: found "more.zip"; a packed file in a zip is not opened; unpack it and zip its files beside the others'
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["plans.csv", "PLANS.csv"])
def test_a_zip_with_a_file_twice(tmp_path, name):
    zipped(tmp_path / "twice.zip", TIDY)
    with zipfile.ZipFile(tmp_path / "twice.zip", "a") as archive:
        archive.writestr(name, "order_ref,approved_on\n")
    said = 'the bundle: found "plans.csv"; this is in the zip twice; leave one of them out'
    assert said in problems_of(read_path(tmp_path / "twice.zip"))


def test_a_zip_packed_in_an_unusual_way(tmp_path):
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("plans.csv", TIDY["plans.csv"])
    assert problems_of(read_path(tmp_path / "lzma.zip")) == [
        'the bundle: found "plans.csv"; this is packed in an unusual way; use the ordinary method of zip (deflate)'
    ]


def test_a_zip_with_a_password(tmp_path):
    path = zipped(tmp_path / "locked.zip", {"plans.csv": TIDY["plans.csv"]})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert problems_of(read_path(path)) == [
        'the bundle: found "plans.csv"; this is locked with a password; zip the files without one'
    ]


def test_a_zip_with_folders_inside(tmp_path):
    lines = problems_of(read_path(zipped(tmp_path / "deep.zip", {"a/orders.csv": "x", "b/plans.csv": "y"})))
    assert lines == [
        'the bundle: found "a/orders.csv"; this is in a folder of the zip; put the files side by side',
        'the bundle: found "b/plans.csv"; this is in a folder of the zip; put the files side by side',
    ]


def test_a_zip_of_very_many_files(tmp_path):
    many = {f"{number}.txt": "" for number in range(101)}
    assert problems_of(read_path(zipped(tmp_path / "many.zip", many))) == [
        "the bundle: more than 100 files; zip the files of one caseload alone"
    ]
    many = {f"{number:060}.txt": "" for number in range(12_000)}
    assert "not a zip of at most 100 files" in problems_of(read_path(zipped(tmp_path / "more.zip", many)))[0]


def test_a_zip_that_unpacks_to_many_times_its_size(tmp_path):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("orders.csv", "w") as member,
    ):
        for _ in range(64):
            member.write(b"\n" * 1024 * 1024)
    started = time.perf_counter()
    tracemalloc.start()
    lines = problems_of(read_path(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == [
        "the bundle: unpacks to more than 100 times its size, as no caseload does; give the folder"
    ]
    assert time.perf_counter() - started < 2
    assert peak < 20 * 1024 * 1024


def test_a_zip_that_says_it_unpacks_to_more_than_is_allowed(tmp_path):
    path = zipped(tmp_path / "large.zip", {"orders.csv": "x"})
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 300 * 1024 * 1024)
    path.write_bytes(content)
    assert problems_of(read_path(path)) == [
        "the bundle: unpacks to more than 256 MB; bring the caseload in by parts"
    ]


def test_a_zip_that_says_it_unpacks_to_less_than_it_does(tmp_path):
    path = zipped(tmp_path / "liar.zip", {"orders.csv": "x" * 5_000_000})
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 100)
    path.write_bytes(content)
    assert any("the zip is damaged" in line for line in problems_of(read_path(path)))


def test_a_damaged_zip(tmp_path):
    path = zipped(tmp_path / "torn.zip", TIDY)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert len(problems_of(read_path(path))) == 1
    flipped = bytearray(content)
    for place in range(60, 70):
        flipped[place] ^= 0xFF
    path.write_bytes(flipped)
    assert any("the zip is damaged" in line for line in problems_of(read_path(path)))


def test_something_else_called_a_zip(tmp_path):
    (tmp_path / "not.zip").write_bytes(b"hello")
    assert problems_of(read_path(tmp_path / "not.zip")) == [
        "the bundle: not a zip of at most 100 files, or damaged; give a folder, or a zip of one"
    ]


def test_a_bundle_of_too_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_AT_MOST", 10)
    monkeypatch.setattr(reading_tables, "ROWS_AT_MOST", 10)
    lines = problems_of(read_files(tmp_path, TIDY))
    assert "contacts.csv, line 3: more than 10 rows in all; bring the caseload in by parts" in lines


def test_what_was_found_is_shown_so_that_a_terminal_does_not_obey_it():
    assert (
        str(FileProblem("orders.csv", 2, "court", "", "blank")) == "orders.csv, line 2, column court: blank"
    )
    problems = Problems()
    problems.add("orders.csv", "no", line=2, column="court", found="\x1b[2J\r\n")
    problems.add("\x1b[2J.csv", "no")
    assert report_lines(problems) == [
        "\\x1b[2J.csv: no",
        'orders.csv, line 2, column court: found "\\x1b[2J\\r\\n"; no',
    ]


# Whatever the bytes are


NAMES = st.sampled_from([file.name for file in declared.FILES])
CELL = st.sampled_from(
    [
        "",
        "O1",
        "P1",
        "S1",
        "R1",
        "L1",
        "yes",
        "no",
        "K1",
        "ls_cmi",
        "high",
        "2025-06-02",
        "2025-02-30",
        "-1",
        "7",
        '"',
        "\r",
        "é",
        "unpaid_work",
        "attended",
        "not_known",
        "male",
        "jp",
        "fine_default",
        "caseworker",
        "a@b",
        "\x00",
        "x" * 300,
    ]
) | st.text(max_size=8)


@settings(max_examples=300, deadline=None)
@given(content=st.dictionaries(NAMES, st.binary(max_size=300), max_size=3))
def test_arbitrary_bytes_end_in_a_report(content):
    with tempfile.TemporaryDirectory() as folder:
        problems_of(read_files(Path(folder), content))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), name=NAMES)
def test_arbitrary_cells_end_in_rows_or_in_problems_with_their_line(data, name):
    file = declared.BY_NAME[name]
    header = ",".join(column.name for column in file.columns)
    width = len(file.columns)
    rows = data.draw(st.lists(st.lists(CELL, min_size=max(1, width - 1), max_size=width + 1), max_size=4))
    text = "\n".join([header, *(",".join(row) for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        parsed = read_files(Path(folder), {**TIDY, name: text.encode()})
    problems_of(parsed)
    for problem in parsed.problems:
        assert problem.line <= text.count("\n") + 1 or problem.file != name
    if not parsed.problems:
        for row in parsed.tables[file.table]:
            for column, value in zip(file.columns, row[1:], strict=True):
                assert value is not None or not column.required


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_zip_with_bytes_changed_ends_in_the_same_rows_or_in_a_report(data):
    with tempfile.TemporaryDirectory() as folder:
        path = zipped(Path(folder) / "one.zip", TIDY)
        whole = read_path(path).tables
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        parsed = read_path(path)
        problems_of(parsed)
        for table, rows in parsed.tables.items():
            assert rows in (whole[table], [])  # a file renamed to a note is left out, never half read


# Size


def test_a_quarter_of_a_million_rows_are_read_in_seconds(tmp_path):
    first = date(2019, 1, 1)
    people = "".join(
        f"P{n},Given{n},Family{n % 4000},1980-01-{n % 28 + 1:02},male,,,,\n" for n in range(15_000)
    )
    orders = "".join(
        f"O{n},P{n % 15_000},instead_of_prison,sheriff_summary,Anytown,{first + timedelta(n % 1800)},no,S1,,\n"
        for n in range(20_000)
    )
    attendance = "".join(
        f"O{n % 20_000},{first + timedelta(n % 20_000 % 1800 + n // 20_000 * 7)},attended,420,no,Squad {n % 40}\n"
        for n in range(215_000)
    )
    write(tmp_path, TIDY)
    for name, rows in (("people.csv", people), ("orders.csv", orders), ("attendance.csv", attendance)):
        with (tmp_path / name).open("a") as stream:
            stream.write(
                rows.replace("P1,", "P1x,")
                .replace("O1,", "O1x,")
                .replace("P2,", "P2x,")
                .replace("O2,", "O2x,")
            )
    started = time.process_time()
    parsed = read_path(tmp_path)
    took = time.process_time() - started
    assert problems_of(parsed) == []
    assert sum(parsed.counts.values()) > 250_000
    assert took < 4, f"{took:.1f} s"


# The page that describes the format


def test_the_page_is_what_the_program_accepts():
    page = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- generated: the tables -->\n", "<!-- end of the tables -->"
    assert page[page.index(begin) + len(begin) : page.index(end)].strip() == declared.as_markdown().strip()
    assert page.startswith(f"# Caseload bundle, version {declared.VERSION}\n")


def test_the_codes_are_those_of_the_records():
    def codes(table, column):
        return list(declared.BY_TABLE[table].column(column).codes)

    assert codes("orders", "basis") == list(cpo.Basis)
    assert codes("orders", "court_type") == codes("reports", "court_type") == list(cpo.CourtType)
    assert codes("orders", "end_reason") == list(cpo.EndReason)
    assert codes("requirements", "kind") == list(cpo.RequirementKind)
    assert codes("releases", "licence") == list(throughcare.Licence)
    assert set(codes("staff", "role")) < set(Role.values)
    assert codes("people", "gender") == Gender.values
    assert codes("people", "ethnicity") == Ethnicity.values
    assert codes("people", "employment") == Employment.values
    assert codes("contacts", "kind") == Contact.Kind.values
    assert codes("attendance", "outcome") == [
        code for code, _ in Attendance.Outcome.of_a_session() if code != "absent"
    ]  # a session brought in comes with its decision
    assert codes("assessments", "tool") == Assessment.Tool.values


@pytest.mark.parametrize(
    ("table", "column", "model", "field"),
    [
        ("staff", "staff_ref", User, "staff_ref"),
        ("staff", "name", User, "name"),
        ("staff", "email", User, "email"),
        ("staff", "team", Team, "name"),
        ("staff", "locality", Locality, "name"),
        ("people", "person_ref", Person, "reference"),
        ("people", "given_name", Person, "given_name"),
        ("people", "family_name", Person, "family_name"),
        ("people", "postcode", Address, "postcode"),
        ("orders", "order_ref", Order, "reference"),
        ("orders", "court", Order, "court"),
        ("attendance", "placement", Attendance, "placement"),
        ("assessments", "override_reason", Assessment, "override_reason"),
        ("reports", "report_ref", ReportRequest, "reference"),
        ("reports", "court", ReportRequest, "court"),
        ("releases", "release_ref", Release, "reference"),
    ],
)
def test_no_text_is_longer_than_its_record_holds(table, column, model, field):
    assert declared.BY_TABLE[table].column(column).longest <= model._meta.get_field(field).max_length


def test_names_and_codes_of_version_1_are_kept():
    """A public contract: whoever changes one of these makes a new version."""
    assert declared.VERSION == 1
    assert {
        file.name: [column.name + "*" * column.required for column in file.columns] for file in declared.FILES
    } == {
        "staff.csv": ["staff_ref*", "name*", "email*", "role*", "team*", "locality*"],
        "people.csv": [
            "person_ref*",
            "given_name*",
            "family_name*",
            "date_of_birth*",
            "gender*",
            "ethnicity",
            "employment",
            "postcode",
            "restricted",
        ],
        "orders.csv": [
            "order_ref*",
            "person_ref*",
            "basis*",
            "court_type*",
            "court",
            "imposed_on*",
            "transferred_in",
            "caseworker",
            "ended_on",
            "end_reason",
        ],
        "requirements.csv": [
            "order_ref*",
            "kind*",
            "hours",
            "months",
            "last_day",
            "added_on",
            "completed_on",
        ],
        "contacts.csv": ["order_ref*", "kind*", "on*", "attended*"],
        "attendance.csv": [
            "order_ref*",
            "on*",
            "outcome*",
            "minutes_credited",
            "other_activity",
            "placement",
        ],
        "plans.csv": ["order_ref*", "approved_on*"],
        "assessments.csv": [
            "order_ref*",
            "tool*",
            "completed_on*",
            "total",
            *declared.SUB_SCORES,
            "level",
            "override_level",
            "override_reason",
        ],
        "reviews.csv": ["order_ref*", "held_on*", "for_due_on", "chaired_by"],
        "reports.csv": [
            "report_ref*",
            "person_ref*",
            "court_type*",
            "court",
            "requested_on*",
            "hearing_on*",
            "submitted_on",
            "withdrawn_on",
        ],
        "releases.csv": ["release_ref*", "person_ref*", "licence*", "released_on*", "interviewed_on"],
        "exclusions.csv": ["ref*", "kpi*", "reason*"],
    }

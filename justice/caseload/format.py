"""What a caseload bundle holds: every file, column and limit, declared once.

Reading a bundle (justice.caseload.bundle) and describing it (FORMAT.md) both follow from the rows below, so
that the page cannot promise what the program refuses. The names and codes are a public contract: a change
of any of them is a new VERSION. Codes are written out here, not taken from the models, so that a model may
be changed without breaking anybody's export; a test keeps the two in step.

``python -m justice.caseload.format`` prints the generated part of FORMAT.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

VERSION = 1

# Limits. They keep one file from stopping the service; none of them is a rule of law.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2099, 12, 31)
FILES_AT_MOST = 100  # in a folder or a zip, notes beside the tables included
BYTES_AT_MOST = 256 * 1024 * 1024  # of a bundle, unpacked
RATIO_AT_MOST = 100  # unpacked bytes to packed ones; caseload tables come to 5 to 30
RATIO_COUNTS_FROM = 8 * 1024 * 1024  # bytes unpacked: a small file that repeats itself is no danger
ROWS_AT_MOST = 2_000_000  # of a bundle
LINE_BYTES_AT_MOST = 100_000
PROBLEMS_PER_FILE = 1_000  # reported one by one; the rest are counted


class Kind(Enum):
    """How the text in a cell is to be understood."""

    REFERENCE = "reference"
    LINK = "link"
    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    DATE = "date"
    YES_NO = "yes or no"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True)
class Column:
    """One column: what its cells may hold, and what it means."""

    name: str
    kind: Kind
    about: str
    required: bool
    codes: tuple[str, ...] = ()
    any_spelling: bool = False  # of a code: capitals, spaces and hyphens are read as the code's own spelling
    links_to: tuple[str, ...] = ()  # tables in which the reference may be found
    longest: int = 0  # characters
    least: int = 0
    most: int = 0
    unit: str = ""
    not_before: tuple[str, ...] = ()  # a column of the same row, or one of BOUNDS
    done: bool = False  # the day something was done, which cannot be after today


@dataclass(frozen=True)
class File:
    """One file of the bundle."""

    table: str
    one: str  # what a row is, with its article
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # no two rows may agree in these; none: each row is an event of its own

    @property
    def name(self) -> str:
        return f"{self.table}.csv"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def place(self, name: str) -> int:
        """Where the column stands in a row: a row begins with its line number."""
        return 1 + [column.name for column in self.columns].index(name)


ORDER_IMPOSED = "order.imposed_on"
PERSON_BORN = "person.date_of_birth"
BOUNDS = {ORDER_IMPOSED: "the order was imposed", PERSON_BORN: "the person was born"}


def _reference(name: str, about: str) -> Column:
    return Column(name, Kind.REFERENCE, about, required=True, longest=50)


def _link(name: str, about: str, *tables: str, required: bool = True) -> Column:
    return Column(name, Kind.LINK, about, required, links_to=tables, longest=50)


def _text(name: str, about: str, longest: int, *, required: bool) -> Column:
    return Column(name, Kind.TEXT, about, required, longest=longest)


def _date(
    name: str, about: str, *, required: bool, not_before: tuple[str, ...] = (), done: bool = True
) -> Column:
    return Column(name, Kind.DATE, about, required, not_before=not_before, done=done)


def _yes_no(name: str, about: str, *, required: bool) -> Column:
    return Column(name, Kind.YES_NO, about, required)


def _number(name: str, about: str, most: int, unit: str) -> Column:
    return Column(name, Kind.NUMBER, about, required=False, least=0, most=most, unit=unit)


def _code(name: str, about: str, *codes: str, required: bool = True) -> Column:
    return Column(name, Kind.CODE, about, required, codes=codes)


def _level(name: str, about: str) -> Column:
    return Column(name, Kind.CODE, about, required=False, codes=LEVELS, any_spelling=True)


COURT_TYPES = (
    "high",
    "sheriff_solemn",
    "sheriff_summary",
    "stipendiary",
    "jp",
    "outwith_scotland",
    "not_known",
)

# Every word the tools of TOOLS use for a level; the LS/CMI has five of them, which its own rules name.
LEVELS = ("very_low", "low", "medium", "moderate", "high", "very_high", "minimum", "maximum")

TOOLS = (
    "ls_cmi",
    "lsi_r_sv",
    "rosh",
    "sara",
    "rm2000",
    "stable_2007",
    "acute_2007",
    "yls_cmi",
    "crime_pics_ii",
    "outcome_star",
)

# The eight sub-scores of the LS/CMI, in the order of its own record.
SUB_SCORES = (
    "criminal_history",
    "education_employment",
    "family_marital",
    "leisure_recreation",
    "companions",
    "alcohol_drug",
    "procriminal_attitude",
    "antisocial_pattern",
)

# Which table a KPI's cases come from, and so whose reference an exclusion from it must give.
KPI_TABLES = {
    "K1": "orders",
    "K2": "orders",
    "K3": "orders",
    "K4": "orders",
    "K5": "reports",
    "K6": "releases",
}


STAFF = File(
    "staff",
    "a member of staff",
    "Everybody named as a caseworker or as the chair of a review. Teams and localities are made from what is "
    "written here; a team belongs to one locality.",
    (
        _reference("staff_ref", "the council's own reference for the member of staff"),
        _text("name", "as colleagues know them", 150, required=True),
        Column(
            "email",
            Kind.EMAIL,
            "the address they sign in with; no two may share one",
            required=True,
            longest=254,
        ),
        _code(
            "role",
            "what they do",
            "caseworker",
            "unpaid_work_supervisor",
            "first_line_manager",
            "senior_manager",
            "performance_officer",
        ),
        _text("team", "the team they work in", 100, required=True),
        _text("locality", "the part of the council's area the team serves", 100, required=True),
    ),
    key=("staff_ref",),
)

PEOPLE = File(
    "people",
    "a person",
    "Everybody with an order, a report or a release in the bundle.",
    (
        _reference("person_ref", "the council's own reference for the person"),
        _text("given_name", "first and middle names", 100, required=True),
        _text("family_name", "family name", 100, required=True),
        _date("date_of_birth", "day of birth", required=True),
        _code("gender", "as the national return asks", "male", "female", "other", "not_known"),
        _code(
            "ethnicity",
            "as the national return asks",
            "white",
            "asian",
            "african_caribbean_black",
            "mixed",
            "other",
            "not_known",
            required=False,
        ),
        _code(
            "employment",
            "as the national return asks",
            "full_time_education",
            "employed",
            "unemployed",
            "government_training",
            "economically_inactive",
            "other",
            "not_known",
            required=False,
        ),
        _text("postcode", "of the present address", 10, required=False),
        _yes_no("restricted", "whether only named staff may open the record", required=False),
    ),
    key=("person_ref",),
)

ORDERS = File(
    "orders",
    "an order",
    "Community payback orders, as the court made them. An order that breaks a rule of law is not refused: it "
    "is brought in as queried with the court, and the report of the import says which rule.",
    (
        _reference("order_ref", "the council's own reference for the order"),
        _link("person_ref", "whose order it is", "people"),
        _code(
            "basis",
            "the legal basis",
            "instead_of_prison",
            "instead_of_or_with_fine",
            "fine_default",
        ),
        _code("court_type", "the kind of court that imposed it", *COURT_TYPES),
        _text("court", "the name of the court", 100, required=False),
        _date("imposed_on", "the day of sentence", required=True, not_before=(PERSON_BORN,)),
        _yes_no("transferred_in", "whether it came from another authority", required=False),
        _link("caseworker", "who holds it now", "staff", required=False),
        _date("ended_on", "the day it ended", required=False, not_before=("imposed_on",)),
        _code(
            "end_reason",
            "why it ended; filled exactly when `ended_on` is",
            "completed",
            "early_discharge",
            "revoked_review",
            "revoked_breach",
            "transferred_out",
            "died",
            "other",
            required=False,
        ),
    ),
    key=("order_ref",),
)

REQUIREMENTS = File(
    "requirements",
    "a requirement",
    "What each order requires. A kind may come twice in one order only when it was added on another day.",
    (
        _link("order_ref", "the order it belongs to", "orders"),
        _code(
            "kind",
            "which of the ten requirements",
            "unpaid_work",
            "supervision",
            "compensation",
            "programme",
            "residence",
            "mental_health_treatment",
            "drug_treatment",
            "alcohol_treatment",
            "conduct",
            "restricted_movement",
        ),
        _number("hours", "for unpaid work: what the court ordered; blank for any other kind", 9_999, "hours"),
        _number("months", "how long it lasts", 999, "months"),
        _date(
            "last_day",
            "where the court gave a later day than the statutory one",
            required=False,
            not_before=(ORDER_IMPOSED, "added_on"),
            done=False,
        ),
        _date(
            "added_on",
            "the day of the variation that imposed it, where it was not imposed with the order",
            required=False,
            not_before=(ORDER_IMPOSED,),
        ),
        _date(
            "completed_on", "the day it was completed", required=False, not_before=(ORDER_IMPOSED, "added_on")
        ),
    ),
    key=("order_ref", "kind", "added_on"),
)

CONTACTS = File(
    "contacts",
    "a contact",
    "Meetings, visits and calls, kept and missed.",
    (
        _link("order_ref", "the order it was about", "orders"),
        _code(
            "kind",
            "what it was",
            "first_contact",
            "induction",
            "supervision",
            "home_visit",
            "telephone",
            "other",
        ),
        _date("on", "the day it was held or missed", required=True, not_before=(ORDER_IMPOSED,)),
        _yes_no("attended", "whether the person was there", required=True),
    ),
    key=(),
)

ATTENDANCE = File(
    "attendance",
    "an attendance",
    "Unpaid work sessions and other activity, each with what came of it.",
    (
        _link("order_ref", "the order the time counts towards", "orders"),
        _date("on", "the day of the session", required=True, not_before=(ORDER_IMPOSED,)),
        _code(
            "outcome",
            "what came of it",
            "attended",
            "acceptable_absence",
            "unacceptable_absence",
            "sent_home_by_service",
        ),
        _number("minutes_credited", "time credited", 24 * 60, "minutes"),
        _yes_no("other_activity", "whether it was other activity; blank is read as no", required=False),
        _text("placement", "the squad, workshop or placement", 100, required=False),
    ),
    key=(),
)

PLANS = File(
    "plans",
    "a plan",
    "Case management plans that were approved.",
    (
        _link("order_ref", "the order it is for", "orders"),
        _date(
            "approved_on",
            "the day it was approved, which may be before the order was imposed",
            required=True,
            not_before=(PERSON_BORN,),
        ),
    ),
    key=(),
)

ASSESSMENTS = File(
    "assessments",
    "an assessment",
    "Completed assessments: totals and levels only.",
    (
        _link("order_ref", "the order it was made for", "orders"),
        _code("tool", "which tool", *TOOLS),
        _date(
            "completed_on",
            "the day it was completed, which may be before the order was imposed",
            required=True,
            not_before=(PERSON_BORN,),
        ),
        _number(
            "total",
            "the total; where it is blank and all eight sub-scores are given, their sum",
            200,
            "points",
        ),
        *(_number(name, "sub-score", 50, "points") for name in SUB_SCORES),
        _level("level", "the level that follows from the total"),
        _level("override_level", "the level the assessor judged right instead"),
        Column(
            "override_reason",
            Kind.LINES,
            "why; filled exactly when `override_level` is",
            required=False,
            longest=500,
        ),
    ),
    key=("order_ref", "tool", "completed_on"),
)

REVIEWS = File(
    "reviews",
    "a review",
    "Departmental reviews that were held.",
    (
        _link("order_ref", "the order that was reviewed", "orders"),
        _date("held_on", "the day it was held", required=True, not_before=(ORDER_IMPOSED,)),
        _date(
            "for_due_on",
            "the due date it was held for; where it is blank, reviews are paired with due dates in order",
            required=False,
            not_before=(ORDER_IMPOSED,),
            done=False,
        ),
        _link("chaired_by", "who was in the chair", "staff", required=False),
    ),
    key=(),
)

REPORTS = File(
    "reports",
    "a report",
    "Reports that courts asked for.",
    (
        _reference("report_ref", "the council's own reference for the report"),
        _link("person_ref", "whom it is about", "people"),
        _code("court_type", "the kind of court that asked", *COURT_TYPES),
        _text("court", "the name of the court", 100, required=False),
        _date("requested_on", "the day the court asked", required=True, not_before=(PERSON_BORN,)),
        _date(
            "hearing_on", "the day of the hearing", required=True, not_before=("requested_on",), done=False
        ),
        _date("submitted_on", "the day it was submitted", required=False, not_before=("requested_on",)),
        _date(
            "withdrawn_on",
            "the day the court withdrew its request",
            required=False,
            not_before=("requested_on",),
        ),
    ),
    key=("report_ref",),
)

RELEASES = File(
    "releases",
    "a release",
    "Releases from prison on licence.",
    (
        _reference("release_ref", "the council's own reference for the release"),
        _link("person_ref", "who was released", "people"),
        _code(
            "licence",
            "the kind of licence",
            "parole",
            "non_parole",
            "life",
            "extended_sentence",
            "supervised_release_order",
            "short_term_sex_offender",
        ),
        # A release is often entered before the day; its interview is then pending.
        _date("released_on", "the day of release", required=True, not_before=(PERSON_BORN,), done=False),
        _date(
            "interviewed_on", "the day of the first interview", required=False, not_before=("released_on",)
        ),
    ),
    key=("release_ref",),
)

EXCLUSIONS = File(
    "exclusions",
    "an exclusion",
    "Cases that are left out of a figure, above the line and below it.",
    (
        _link(
            "ref",
            "an order's reference for K1 to K4, a report's for K5, a release's for K6",
            "orders",
            "reports",
            "releases",
        ),
        _code("kpi", "the figure it is left out of", *KPI_TABLES),
        _code(
            "reason",
            "why",
            "could_not_comply",
            "transferred_in",
            "added_after_imposition",
            "withdrawn",
            "died",
            "not_known",
        ),
    ),
    key=("ref", "kpi"),
)

FILES = (
    STAFF,
    PEOPLE,
    ORDERS,
    REQUIREMENTS,
    CONTACTS,
    ATTENDANCE,
    PLANS,
    ASSESSMENTS,
    REVIEWS,
    REPORTS,
    RELEASES,
    EXCLUSIONS,
)
BY_NAME = {file.name: file for file in FILES}
BY_TABLE = {file.table: file for file in FILES}


def holds(column: Column) -> str:
    """What a cell of the column may hold, in words."""
    match column.kind:
        case Kind.REFERENCE:
            said = f"a reference of its own, up to {column.longest} characters"
        case Kind.LINK:
            said = "a reference in " + " or ".join(f"`{BY_TABLE[table].name}`" for table in column.links_to)
        case Kind.TEXT:
            said = f"text, up to {column.longest} characters"
        case Kind.LINES:
            said = f"text, up to {column.longest:,} characters, line breaks kept"
        case Kind.EMAIL:
            said = f"an e-mail address, up to {column.longest} characters"
        case Kind.DATE:
            said = "a date"
        case Kind.YES_NO:
            said = "`yes` or `no`"
        case Kind.NUMBER:
            said = f"a whole number of {column.unit}, {column.least} to {column.most:,}"
        case Kind.CODE:
            said = ", ".join(f"`{code}`" for code in column.codes)
    return "; ".join([said, *_bounds(column)])


def _bounds(column: Column) -> Iterator[str]:
    if column.not_before:
        yield "not before " + " or ".join(BOUNDS.get(bound, f"`{bound}`") for bound in column.not_before)
    if column.done:
        yield "not after today"


def identified_by(file: File) -> str:
    """What makes two rows of the file the same record."""
    if not file.key:
        return "Each row is an event of its own; equal rows are so many equal events."
    return f"No two rows may have the same {listed([f'`{name}`' for name in file.key])}."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence says them: one; one and another; one, another and a third."""
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])


def as_markdown() -> str:
    """The generated part of FORMAT.md: one table for each file, and the limits."""
    lines: list[str] = []
    for file in FILES:
        lines += [f"### `{file.name}`", "", f"{file.about} {identified_by(file)}", ""]
        lines += ["| Column | Filled | Holds | Means |", "| --- | --- | --- | --- |"]
        for column in file.columns:
            filled = "always" if column.required else "or blank"
            lines.append(f"| `{column.name}` | {filled} | {holds(column)} | {column.about} |")
        lines.append("")
    lines += ["### Limits", "", "| What | Limit |", "| --- | --- |"]
    lines += [f"| {what} | {limit} |" for what, limit in LIMITS]
    return "\n".join(lines) + "\n"


LIMITS = (
    ("dates", f"{FIRST_DAY} to {LAST_DAY}"),
    ("files in the folder or zip", f"{FILES_AT_MOST}"),
    ("size of all files, unpacked", f"{BYTES_AT_MOST // 1024 // 1024} MB"),
    (
        "unpacked size of a zip to its packed size",
        f"{RATIO_AT_MOST} to 1, from {RATIO_COUNTS_FROM // 1024 // 1024} MB unpacked",
    ),
    ("rows in all files", f"{ROWS_AT_MOST:,}"),
    ("length of one line of a file", f"{LINE_BYTES_AT_MOST:,} bytes"),
    ("problems listed one by one", f"{PROBLEMS_PER_FILE:,} for each file; the rest are counted"),
)

if __name__ == "__main__":
    print(as_markdown(), end="")

"""Rules of the house that a machine can check, each shown to notice when it is broken."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.permissions import ALLOWED
from justice import registry

ROOT = Path(__file__).resolve().parents[2]
APPS = ("cases", "orders", "assessments", "performance", "justice")
SOURCES = [
    file
    for app in APPS
    for file in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in file.parts and "settings" not in file.parts
]
INTERFACE = re.compile(
    r"(/views/|/views\.py|/api\.py|/api_operations\.py|/forms\w*\.py|/urls\.py|/tasks\.py|/management/|justice/web/)"
)
TRACKED_WRITERS = {
    "cases/operation.py",  # the version guard: a conditional update that row copies need not see
    "cases/timescales.py",  # derived rows
    "cases/search.py",  # what people are found by: derived as well
    "cases/drafts.py",  # what is not part of the record
    "cases/jobs.py",
    "cases/disposal.py",  # what it leaves of a person, of which no copy may be kept
    "cases/notices.py",
    "orders/reminders.py",  # the right to send, taken by a conditional update
    "assessments/nightly.py",  # what the night finds: derived as well
    "performance/nightly.py",
    "performance/operations.py",  # rows of a publication, which are never changed
    "cases/views/people.py",  # a person's own notices, marked as read
    "justice/caseload/importing.py",  # the state of its own job row
    "justice/caseload/demonstration/casework.py",  # what the invented orders hold, before anybody works on them
    "justice/keeping/management/commands/records_benchmark.py",  # looks, of which no copies are kept
    "justice/caseload/management/commands/load_demonstration.py",  # the password of the invented log-ins
}


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def calls(text: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


# Columns by which rows hang on a person or case that was found through visible_to.
HANGS_ON = {"person", "person__in", "person__cases__in", "case", "case__in", "order", "order__in"}


def unscoped_reads(text: str, *, hanging: bool = True) -> list[str]:
    """`X.objects.something(` where something is not visible_to: a read that does not start at what may be seen; and a
    model handed whole to get_object_or_404. `hanging`: those too that name the person or case they hang on."""
    found = []
    tree = ast.parse(text)
    # A viewset's class attribute is read only through VisibleViewSet.get_queryset, which scopes it.
    declared = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "queryset"
        for inner in ast.walk(item)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in declared):
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Attribute)
            and function.value.attr == "objects"
            and function.attr not in ("visible_to", "none")
            and (hanging or not HANGS_ON & {word.arg for word in call.keywords})
        ):
            found.append(ast.unparse(function))
        elif ast.unparse(function) in ("get_object_or_404", "get_list_or_404") and call.args:
            first = ast.unparse(call.args[0])
            if first[:1].isupper() and first.isidentifier():
                found.append(f"{ast.unparse(function)}({first})")
        elif isinstance(function, ast.Attribute) and ast.unparse(function.value).endswith(
            ("._default_manager", "._base_manager")
        ):
            found.append(ast.unparse(function))
    return found


# Reads that start from a row found through visible_to, or that hold nothing about a person; each with its reason.
ALLOWED_READS = {
    "Alert.objects.filter": "alerts of the person of a visible case",
    "Alias.objects.filter": "aliases of the person of a visible case",
    "Address.objects.filter": "addresses of the person of a visible case",
    "Limit.objects.filter": "limits of the person of a visible case",
    "Allocation.objects.filter": "holders of a visible case",
    "Contact.objects.filter": "contacts of the orders of a visible case",
    "Entry.objects.filter": "the trail of a visible case",
    "Consultation.objects.create": "the log itself",
    "RefusedLook.objects.create": "the log itself",
    "Council.objects.all": "jobs and commands ask for every council",
    "Council.objects.filter": "commands find the council they are told",
    "Council.objects.get": "commands find the council they are told",
    "Council.objects.order_by": "commands name the councils there are",
    "Case.objects.order_by": "commands derive every case",
}


def test_the_rule_for_reads_notices_a_bare_manager():
    assert unscoped_reads("rows = Order.objects.filter(pk=1)") == ["Order.objects.filter"]
    assert unscoped_reads("rows = Order.objects.visible_to(user).filter(pk=1)") == []
    assert unscoped_reads("get_object_or_404(Alert, pk=1)") == ["get_object_or_404(Alert)"]
    assert unscoped_reads("get_object_or_404(rows, pk=1)") == []
    assert unscoped_reads("Order._default_manager.filter(pk=1)") == ["Order._default_manager.filter"]
    assert unscoped_reads("Alert.objects.filter(pk=1)", hanging=False) == ["Alert.objects.filter"]
    assert unscoped_reads("Alert.objects.filter(person=case.person)", hanging=False) == []


def test_interface_code_reads_only_what_may_be_seen():
    bare = {
        f"{name_of(file)}: {read}"
        for file in SOURCES
        if INTERFACE.search(file.as_posix()) and "/management/" not in file.as_posix()
        for read in unscoped_reads(file.read_text(encoding="utf-8"))
        if read not in ALLOWED_READS
    }
    assert not bare, "\n".join(sorted(bare))


def test_what_hangs_on_a_person_is_read_only_by_that_person_or_case():
    """The exceptions above hold for the rows of a case that was found; not for those of anybody."""
    declared = registry.load()
    bare = {
        f"{name_of(file)}: {read}"
        for file in SOURCES
        if INTERFACE.search(file.as_posix()) and "/management/" not in file.as_posix()
        for read in unscoped_reads(file.read_text(encoding="utf-8"), hanging=False)
        if not read.endswith(".create")
        and any(
            label.endswith(f".{read.split('.')[0]}") and row.sight in ("case", "victims")
            for label, row in declared.items()
        )
    }
    assert not bare, "\n".join(sorted(bare))


def clocks(text: str) -> list[str]:
    names = {"today", "now", "utcnow", "localdate", "localtime"}
    return [
        ast.unparse(call.func)
        for call in calls(text)
        # With a moment given, these ask no clock: they say which day, or hour, in Scotland that moment was.
        if not (call.args and ast.unparse(call.func).endswith(("localdate", "localtime")))
        and (
            (isinstance(call.func, ast.Attribute) and call.func.attr in names)
            or (isinstance(call.func, ast.Name) and call.func.id in names)
        )
    ]


def test_the_rule_for_clocks_notices_one():
    assert clocks("day = date.today()") == ["date.today"]


def test_nothing_below_the_interface_asks_what_day_it_is():
    asked = {
        f"{name_of(file)}: {clock}"
        for file in SOURCES
        if not INTERFACE.search(file.as_posix()) and name_of(file) not in ("justice/health.py",)
        for clock in clocks(file.read_text(encoding="utf-8"))
        if clock not in ("job.now", "self._clock")
    }
    assert not asked, "\n".join(sorted(asked))


def bulk_writes(text: str) -> list[str]:
    names = {"update", "bulk_create", "bulk_update"}
    return [
        ast.unparse(call.func)
        for call in calls(text)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in names
        and re.search(r"objects|rows|queryset|filter\(", ast.unparse(call.func))
    ]


def test_the_rule_for_writes_notices_one():
    assert bulk_writes("Order.objects.filter(pk=1).update(court='x')")


def test_rows_that_keep_copies_are_saved_one_by_one():
    """update() and bulk writes make no row copy: only these modules may, each for rows that need none."""
    written = {
        f"{name_of(file)}: {write}"
        for file in SOURCES
        if name_of(file) not in TRACKED_WRITERS
        for write in bulk_writes(file.read_text(encoding="utf-8"))
    }
    assert not written, "\n".join(sorted(written))


def is_of_operations(module: str) -> bool:
    """An app's operations are one module, or a package of them."""
    return module.endswith("/operations.py") or "/operations/" in module


def operations() -> dict[str, str]:
    """Every operation's name where one is opened, with its module."""
    found = {}
    for file in SOURCES:
        for call in calls(file.read_text(encoding="utf-8")):
            if isinstance(call.func, ast.Name) and call.func.id == "operation" and call.args:
                argument = call.args[0]
                if isinstance(argument, ast.Constant):
                    found[argument.value] = name_of(file)
    return found


def test_every_operation_is_in_the_table_of_permissions_and_every_permission_is_of_an_operation():
    named = set(operations()) | {"explain_lateness", "excuse_timescale"}  # these two share one body
    assert named == set(ALLOWED)


# Said by nobody at the form: who acts, the key itself, the day it is, the version (which has moved by then), what the
# program itself gives. A password is kept out of every hash.
NOT_SENT = {
    "actor", "key", "today", "expected_version", "codes", "password", "code_version", "demonstration",
}  # fmt: skip
BY_THE_CLOCK = {
    ("change_address", "on"),
    ("open_case", "opened_on"),
    ("open_restricted_record", "at"),
    *((name, "now") for name in ("request_export", "agree_export", "decline_export", "take_export")),
}


def left_out_of_the_key(text: str) -> set[tuple[str, str]]:
    """Parameters of operations that neither body, case, root nor reason carries: an edit of them sent with the same
    key would pass for a repeat, and be lost."""
    found = set()
    for function in (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)):
        opened = [
            call
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "operation"
        ]
        if not opened:
            continue
        carried = [
            word.value
            for call in opened
            for word in call.keywords
            if word.arg in ("body", "case", "root", "reason")
        ]
        wanted = {name.id for value in carried for name in ast.walk(value) if isinstance(name, ast.Name)}
        # What a body or reason was made from, a step or two back.
        for _ in range(3):
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and any(
                    isinstance(name, ast.Name) and name.id in wanted
                    for target in node.targets
                    for name in ast.walk(target)
                ):
                    wanted |= {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
                if (
                    isinstance(node, ast.AugAssign)
                    and isinstance(node.target, ast.Name)
                    and node.target.id in wanted
                ):
                    wanted |= {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
        parameters = [argument.arg for argument in function.args.kwonlyargs]
        if "body" in parameters:
            continue  # the caller gives it whole
        found |= {(function.name, name) for name in parameters if name not in wanted | NOT_SENT}
    return found - BY_THE_CLOCK


def test_the_rule_for_keys_notices_a_note_left_out():
    text = "def act(*, actor, order, note, key):\n    with operation('act', body={'o': order}, key=key):\n        pass"
    assert left_out_of_the_key(text) == {("act", "note")}


def test_a_form_sent_again_with_other_words_never_passes_for_a_repeat():
    for file in SOURCES:
        if is_of_operations(name_of(file)):
            assert not left_out_of_the_key(file.read_text(encoding="utf-8")), file


def test_operations_are_opened_only_in_operations():
    elsewhere = {
        name: module
        for name, module in operations().items()
        if not is_of_operations(module) and not module.startswith("justice/caseload/")
    }
    assert not elsewhere


def test_no_signal_and_no_save_override():
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        assert "post_save" not in text, file
        assert "pre_save" not in text, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                is_model = any("Model" in ast.unparse(base) for base in node.bases)
                assert not (is_model and "save" in names), f"{file}: {node.name}"


# SQL of our own, and where it may stand.
RAW_SQL = {
    "cases/add_only.py": "triggers; no value of anybody's in it",
    "justice/database_roles.py": "roles and their rights: names are quoted by the driver",
    "justice/keeping/databases.py": "copies of whole databases: names come from the database itself",
    "justice/keeping/management/commands/upgrade.py": "how long a lock is waited for",
    "justice/health.py": "whether the database answers, and its clock",
    "cases/seals.py": "rows of the trail as the database holds them: the values are parameters",
    "justice/caseload/bulk.py": "copying rows in bulk: the values are parameters",
    "justice/caseload/management/commands/search_benchmark.py": "asks how a query would be answered",
    "justice/keeping/management/commands/records_benchmark.py": "the same looks again: no value in it but a number",
}


def raw_sql(text: str) -> list[str]:
    """Calls that take SQL as text."""
    return [
        ast.unparse(call.func)
        for call in calls(text)
        if (isinstance(call.func, ast.Attribute) and call.func.attr in ("raw", "extra", "RawSQL", "cursor"))
        or (isinstance(call.func, ast.Name) and call.func.id == "RawSQL")
    ]


# What a person sent, handed on whole as the names of what is asked of the database.
ASKED_OF = (
    "filter",
    "exclude",
    "get",
    "order_by",
    "annotate",
    "aggregate",
    "alias",
    "values",
    "values_list",
    "Q",
)
SENT = re.compile(r"request|GET|POST|query_params|cleaned_data|\bdata\b|QUERY")


def sent_as_names(text: str) -> list[str]:
    """`rows.filter(**request.GET)` and its like: names of columns and lookups that come from outside."""
    found = []
    for call in calls(text):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in ASKED_OF:
            given = [word.value for word in call.keywords if word.arg is None]
            given += [one.value for one in call.args if isinstance(one, ast.Starred)]
            found += [ast.unparse(call) for value in given if SENT.search(ast.unparse(value))]
    return found


# Who may say that text is HTML already: each escapes what it is given.
SAYS_IT_IS_HTML = {
    "assessments/views/loads.py",
    "justice/web/charts.py",
    "justice/web/listing.py",
    "justice/web/markdown.py",
    "justice/web/templatetags/govuk.py",
    "performance/views/dashboard.py",
}


def says_html(text: str) -> list[str]:
    """Calls that make text HTML; format_html only where what it formats is no literal."""
    found = []
    for call in calls(text):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in ("mark_safe", "SafeString", "SafeText", "html_safe"):
            found.append(ast.unparse(call))
        if name == "format_html" and not (call.args and isinstance(call.args[0], ast.Constant)):
            found.append(ast.unparse(call))
    return found


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (raw_sql, "Case.objects.raw(text)"),
        (raw_sql, "rows.extra(where=[text])"),
        (raw_sql, "rows.annotate(a=RawSQL(text, ()))"),
        (raw_sql, "connection.cursor()"),
        (sent_as_names, "rows.filter(**request.GET.dict())"),
        (sent_as_names, "rows.order_by(*request.GET.getlist('sort'))"),
        (sent_as_names, "rows.filter(Q(**form.cleaned_data))"),
        (says_html, "mark_safe(text)"),
        (says_html, "format_html(f'<p>{text}</p>')"),
        (says_html, "format_html('<p>' + text)"),
        (says_html, "SafeString(text)"),
    ],
)
def test_the_rules_for_sql_and_html_notice_each_fault(rule, fault):
    assert rule(fault)


def test_what_people_send_becomes_neither_sql_nor_html():
    for file in SOURCES:
        text, name = file.read_text(encoding="utf-8"), name_of(file)
        assert name in RAW_SQL or not raw_sql(text), f"{name}: {raw_sql(text)}"
        assert not sent_as_names(text), f"{name}: {sent_as_names(text)}"
        assert name in SAYS_IT_IS_HTML or not says_html(text), f"{name}: {says_html(text)}"


def test_templates_hold_no_inline_script_or_style():
    for file in sorted((ROOT / "templates").rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe(seq)?\b", text), file
        assert "autoescape off" not in text, file
        if "pdf" in file.parts:
            continue  # a document has its style in itself and no browser runs it
        assert not re.search(r"\sstyle=", text), file
        assert not re.search(r"\son[a-z]+=", text), file
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or "nonce=" in script, f"{file}: {script}"


def test_every_clause_has_a_source_and_every_kpi_a_clause():
    from datetime import date

    from justice.domain.standards import load_standards
    from performance.kpis import KPIS

    standards = load_standards()
    clauses = {clause.key: clause for edition in standards.editions for clause in edition.clauses}
    assert all(clause.source.strip() for clause in clauses.values())
    assert {kpi.clause for kpi in KPIS} <= set(clauses)
    assert len({kpi.label for kpi in KPIS}) == len(KPIS)
    assert standards.clauses_on(date(2026, 1, 1))


@pytest.mark.django_db
def test_the_migrations_are_what_the_models_say():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)

"""Bringing a caseload bundle in: read, compare, save; and what is told about it afterwards.

The command, the page and the demonstration all go through `bring_in`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments.bands import in_force, own_bands
from cases.jobs import ATTEMPTS, Running
from cases.models import Council, Job, User
from cases.operation import operation
from cases.operations import open_council
from justice.caseload import saving
from justice.caseload.bundle import Parsed, open_bundle, read, report_lines
from justice.caseload.changes import ChangeSet, Stored, plan
from justice.caseload.format import FILES
from justice.domain.errors import Refused

# Told how far the work has come, in per cent, and what is being done.
Progress = Callable[[int, str], None]

READ, COMPARED = 40, 60  # per cent of the work that reading and comparing are taken for
INVENTED = "DEMO-"  # begins every reference of the demonstration
CHANGES_SHOWN = 200  # one by one; the rest are counted
# For which a job keeps its claim while it saves: it can say nothing meanwhile.
LONGEST_SAVING = timedelta(minutes=10)
_UPLOAD = re.compile(r"[0-9a-f]{32}\.zip")


@dataclass
class TableCount:
    file: str
    new: int
    changed: int
    same: int


@dataclass
class QueriedOrder:
    reference: str
    rules: list[str]


@dataclass
class Outcome:
    """What came of one import, in words and numbers: shown by the command and kept with the job for its page."""

    council: str
    check_only: bool
    saved: bool = False
    digest: str = ""
    tables: list[TableCount] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    more_changes: int = 0
    queried: list[QueriedOrder] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def nothing_to_do(self) -> bool:
        return not self.problems and not any(one.new or one.changed for one in self.tables)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "nothing_to_do": self.nothing_to_do}

    def lines(self) -> list[str]:
        """The report, a sentence or a row to a line. Problems are told apart: they are `problems`."""
        lines = []
        if self.problems:
            count = len(self.problems)
            return [f"Nothing was saved: {count:,} {'problem' if count == 1 else 'problems'}"]
        for one in self.tables:
            lines.append(
                f"{one.file:17} {one.new:>9,} new {one.changed:>7,} changed {one.same:>9,} as before"
            )
        lines += [f"changed: {line}" for line in self.changes]
        if self.more_changes:
            lines.append(f"and {self.more_changes:,} more changes")
        if self.queried:
            lines.append(f"{len(self.queried):,} queried with the court:")
            for order in self.queried:
                lines += [f"  {order.reference}: {rule}" for rule in order.rules]
        lines.append(self.headline)
        return lines

    @property
    def headline(self) -> str:
        if self.problems:
            return "Nothing was saved"
        if self.nothing_to_do:
            return f"Nothing to change: everything in the bundle is in the records of {self.council} already"
        new, changed = sum(one.new for one in self.tables), sum(one.changed for one in self.tables)
        said = f"{new:,} {'row' if new == 1 else 'rows'} new and {changed:,} changed"
        if self.saved:
            return f"Saved in the records of {self.council}: {said}"
        return f"Checked only, nothing was saved. In the records of {self.council}: {said}"


def bring_in(
    path: Path | str,
    *,
    actor: User,
    council: Council | None,
    today: date,
    name: str = "",
    check_only: bool = False,
    open_as: str = "",
    progress: Progress = lambda percent, words: None,
) -> Outcome:
    """Read a bundle, compare it with the council's records, and save what is new or changed: all of it or nothing.

    Without a council, one called `open_as` is opened with the first import. `name` is what the audit trail calls
    the bundle. Raises PermissionDenied; what is wrong with the bundle is in the Outcome.
    """
    outcome = Outcome(council.name if council else open_as, check_only)
    stored = Stored(council)
    progress(1, "Reading the files")
    own = own_bands(council) if council else []
    with open_bundle(path) as bundle:
        parsed = read(bundle, known=stored.known(), today=today, bands=lambda on: in_force(own, on))
        name = name or f"caseload bundle {bundle.name}"
    progress(READ, "Comparing with the records")
    found = plan(parsed, stored, name=name[:200], today=today)
    outcome.digest = found.digest
    outcome.problems = report_lines(found.problems) or out_of_place(parsed, council)
    if outcome.problems:
        return outcome
    _tell(outcome, found, parsed.counts)
    progress(COMPARED, "Checked" if check_only else "Saving")
    if not check_only and not found.nothing:
        try:
            _save(found, actor, open_as, outcome, progress)
        except Refused as refused:
            outcome.problems = [one.message for one in refused.problems]
            return outcome
        outcome.saved = True
    progress(100, "Done")
    return outcome


def out_of_place(parsed: Parsed, council: Council | None) -> list[str]:
    """Why a bundle may not go where it was sent: people are not put beside invented ones, nor those beside people."""
    invented = sum(row.person_ref.startswith(INVENTED) for row in parsed.tables.get("people", []))
    if council is not None and council.demonstration:
        if invented < len(parsed.tables.get("people", [])):
            return [
                "This is the demonstration council, where everybody is invented. "
                "Bring real records in to a council of their own, in a database of their own"
            ]
    elif invented:
        return [
            f"{invented:,} people of this bundle are invented: their references begin with {INVENTED}. "
            "Bring in the council's own records"
        ]
    return []


def _tell(outcome: Outcome, found: ChangeSet, counts: dict[str, int]) -> None:
    for file in FILES:
        if file.table in counts:
            table = found.tables[file.table]
            outcome.tables.append(TableCount(file.name, len(table.new), len(table.changed), table.same))
            for change in table.changed:
                said = ", ".join(
                    f"{column} from {saving.words(was)} to {saving.words(now)}"
                    for column, (was, now) in change.columns.items()
                )
                outcome.changes.append(f"{file.name}, line {change.row.line}: {said}")
    outcome.more_changes = max(0, len(outcome.changes) - CHANGES_SHOWN)
    del outcome.changes[CHANGES_SHOWN:]
    outcome.queried = [
        QueriedOrder(one.reference, [rule.message for rule in one.rules]) for one in found.queried.values()
    ]


def _save(found: ChangeSet, actor: User, open_as: str, outcome: Outcome, progress: Progress) -> None:
    """The one transaction. What it writes cannot be seen until all of it is there."""

    def say(words: str) -> None:
        progress(COMPARED, f"Saving {words}")

    counted = "; ".join(
        f"{one.file} {one.new:,} new, {one.changed:,} changed"
        for one in outcome.tables
        if one.new or one.changed
    )
    with transaction.atomic():
        council = found.council or open_council(actor=actor, name=open_as)
        with operation(
            "import_caseload",
            actor=actor,
            council=council,
            reason=f"{found.name}, digest {found.digest[:16]}: {counted}"[:500],
        ) as entry:
            saving.save(found, actor=actor, council=council, entry=entry, say=say)


# --- In the background ---------------------------------------------------------------------------------------


def uploads() -> Path:
    """Where bundles that were sent from the page wait for their job. Nothing in it is served by address."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def import_in_the_background(job: Running) -> dict[str, Any]:
    """The job `import_caseload`: arguments `upload`, the name of the file, and `check_only`.

    A second run after a kill finds everything saved or nothing, since saving is one transaction. The file goes
    when the job is over, whatever came of it.
    """
    if not _UPLOAD.fullmatch(job.arguments["upload"]):
        raise ValueError("not the name of an upload")
    path = uploads() / job.arguments["upload"]
    row = job.row
    if row.asked_by is None or row.council is None:
        raise ValueError("an import is asked for by somebody, for their council")

    def progress(percent: int, words: str) -> None:
        # From here on everything is in one transaction, and what it would say could not be seen before its end.
        if percent == COMPARED and words == "Saving":
            job.progress(percent, 100)
            until = job.now() + LONGEST_SAVING
            Job.objects.filter(pk=row.pk).update(claimed_until=until)
        elif not words.startswith("Saving "):
            job.progress(percent, 100)

    done = False
    try:
        outcome = bring_in(
            path,
            actor=row.asked_by,
            council=row.council,
            today=timezone.localdate(job.now()),
            name=f"caseload bundle sent as job {row.pk}",
            check_only=bool(job.arguments.get("check_only")),
            progress=progress,
        )
        done = True
    finally:
        if done or row.attempts >= ATTEMPTS:
            path.unlink(missing_ok=True)
    return outcome.as_dict()


__all__ = ["Outcome", "Progress", "bring_in", "import_in_the_background", "uploads"]

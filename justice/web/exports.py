"""The files a list is taken away in: no cell of them is a formula, and no row leaves without being logged first.

Spreadsheets run text that begins with an equals sign, and some that begins with other signs. Free text that does is
given an apostrophe in front, which spreadsheets read as "this is text". A telephone number ("+44 141 496 0000") is
left as it is: digits and spaces after one plus sign calculate nothing, and people copy numbers out of these files.
In a workbook text is besides stored as text, so the apostrophe matters only when somebody saves it as CSV.

A file of named people ends with who took it away, when, for whom and why (`stamp_of`): after the last row and an empty
line in CSV, so that the first line stays the head; on a sheet of its own, and at the foot of each printed page, in a
workbook. What may be taken, and how it is asked, is justice.web.taking's.
"""

from __future__ import annotations

import csv
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any, Final, cast

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from cases.models import Export
from justice.domain.errors import Problem, Refused
from justice.web.listing import Column, Listing
from justice.web.status import Status

MOST_ROWS: Final = 50_000
LONGEST_CELL: Final = 32_767  # what a workbook's cell holds, in UTF-16 units

# What a spreadsheet may take for the beginning of a formula, once spaces before it are gone. NFKC turns the
# full-width forms (U+FF1D and so on) into these.
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONE: Final = re.compile(r"\+[0-9]{1,3}(?: ?[0-9]){6,14}", re.ASCII)
# XML 1.0 holds no control characters but these, no halves of pairs and no non-characters.
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

OnExport = Callable[[list[int]], None]
Stamp = Callable[[], list[str]]


def safe_text(text: str) -> str:
    """Text that no spreadsheet will run; unchanged unless it must be. Control characters are dropped."""
    text = _NO_XML.sub("", text.replace("\r\n", "\n"))
    begins = unicodedata.normalize("NFKC", _leading_blanks_gone(text)[:1])
    if begins.startswith(_STARTS) and not _PHONE.fullmatch(text):
        return f"'{text}"
    return text


def _leading_blanks_gone(text: str) -> str:
    """Without spaces in front, of any width, but with a tab or a line end that stands there."""
    index = 0
    while (
        index < len(text)
        and text[index] not in "\t\r\n"
        and (text[index].isspace() or unicodedata.category(text[index]) in ("Cf", "Zs", "Zl", "Zp"))
    ):
        index += 1
    return text[index:]


def _value(column: Column, row: Any) -> Any:
    """A cell's value with its type kept: numbers and days as such, everything else as safe text."""
    value = column.of(row)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float | Decimal | date | time):
        return value
    if isinstance(value, Status):
        return safe_text(value.words)
    if isinstance(value, list | tuple | set | frozenset):
        return safe_text(", ".join(str(one) for one in value))
    return safe_text(str(value))


def check_length(listing: Listing, most: int = MOST_ROWS) -> None:
    """Raises Refused when the list is longer than a file may be."""
    if listing.total > most:
        raise Refused(
            Problem(
                f"This list has {listing.total:,} rows and a file may hold {most:,}. Use the filters to shorten it",
                code="export-too-long",
            )
        )


def stamp_of(export: Export) -> list[str]:
    """Who took a list away, when, for whom and why, in the words that its file carries."""
    taken = timezone.localtime(export.taken_at)
    why = export.get_reason_display() + (f": {export.why}" if export.why else "")
    agreed = [f"Agreed by {export.decided_by.name}"] if export.decided_by else []
    return [
        "OFFICIAL-SENSITIVE",
        f"Taken away by {export.recorded_by.name if export.recorded_by else ''}",
        f"On {taken:%-d %B %Y} at {taken:%H:%M}",
        f"Received by {export.to_whom}",
        f"Reason: {why}",
        *agreed,
        f"Number {export.pk} in the log of lists taken away",
    ]


def _rows(listing: Listing, most: int, on_export: OnExport | None) -> Iterator[list[Any]]:
    """The head, then every row. The log is written first; a row that appeared since is not sent.

    Raises Refused when the list is longer than a file may be.
    """
    check_length(listing, most)
    keys = listing.keys()
    if on_export is not None:
        on_export([case for _, case in keys])
    logged = {key for key, _ in keys}
    columns = listing.file_columns

    def produced() -> Iterator[list[Any]]:
        yield [safe_text(column.label) for column in columns]
        for row in listing.every_row():
            if listing.key_of(row) in logged:
                yield [_value(column, row) for column in columns]

    return produced()


def file_name(listing: Listing, ending: str) -> str:
    """What the list is and the day, nothing about anybody: "overdue-timescales-2026-03-03.csv"."""
    slug = re.sub(r"[^a-z0-9]+", "-", listing.slug.lower()).strip("-")[:60] or "list"
    return f"{slug}-{timezone.localdate().isoformat()}.{ending}"


class _Line:
    """What csv.writer writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else str(value)
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value


def csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    # All text is quoted, so that a spreadsheet set to semicolons or tabs cannot cut a cell in two.
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    yield "\ufeff"  # without it Excel reads the names wrong
    for row in rows:
        yield cast(str, writer.writerow([_plain(value) for value in row]))


def csv_response(
    listing: Listing,
    *,
    most: int = MOST_ROWS,
    on_export: OnExport | None = None,
    stamp: Stamp | None = None,
) -> StreamingHttpResponse:
    """The whole list as CSV, sent as it is read. `on_export` gets the case keys before anything is sent; `stamp` is
    asked after that, and stands under the last row."""
    rows = _rows(listing, most, on_export)
    foot = [[], [safe_text(one) for one in stamp()]] if stamp else []
    response = StreamingHttpResponse(csv_lines(chain(rows, foot)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(listing, "csv")}"'
    return response


def xlsx_response(
    listing: Listing,
    *,
    most: int = MOST_ROWS,
    on_export: OnExport | None = None,
    stamp: Stamp | None = None,
) -> FileResponse:
    """The whole list as a workbook: days and numbers as such, the head kept in sight, columns that can be filtered."""
    made = tempfile.TemporaryFile()  # noqa: SIM115  (FileResponse closes it once it is sent)
    rows = _rows(listing, most, on_export)
    write_workbook(made, listing, rows, stamp() if stamp else [])
    made.seek(0)
    return FileResponse(
        made,
        as_attachment=True,
        filename=file_name(listing, "xlsx"),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def write_workbook(made: Any, listing: Listing, rows: Iterator[list[Any]], stamp: Sequence[str] = ()) -> None:
    book = xlsxwriter.Workbook(
        made,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "d mmm yyyy",
        },
    )
    sheet = book.add_worksheet("List")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"valign": "top", "text_wrap": True})
    day = book.add_format({"num_format": "d mmm yyyy", "valign": "top", "align": "left"})
    moment = book.add_format({"num_format": "d mmm yyyy hh:mm", "valign": "top", "align": "left"})
    hour = book.add_format({"num_format": "hh:mm", "valign": "top", "align": "left"})
    number = book.add_format({"valign": "top"})
    for index, column in enumerate(listing.file_columns):
        sheet.set_column(index, index, {"date": 13, "number": 12, "status": 18}.get(column.kind, 26))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # An ampersand begins a code there, and all of it is at most 255 characters.
    whose = "".join(f". {safe_text(one)}" for one in stamp[1:3]).replace("&", "and")[:150]
    sheet.set_footer(f"&LOfficial-Sensitive{whose}&RPage &P of &N")
    last = 0
    for last, row in enumerate(rows):
        for index, value in enumerate(row):
            if last == 0:
                sheet.write_string(last, index, value, bold)
            elif isinstance(value, datetime):
                local = timezone.make_naive(value) if timezone.is_aware(value) else value
                sheet.write_datetime(last, index, local, moment)
            elif isinstance(value, date):
                if value.year < 1900:
                    sheet.write_string(last, index, value.isoformat(), text)
                else:
                    sheet.write_datetime(last, index, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif isinstance(value, time):
                sheet.write_datetime(last, index, value, hour)
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(last, index, value, number)
            elif value:
                sheet.write_string(last, index, _fitting(value), text)
    sheet.autofilter(0, 0, last, max(0, len(listing.file_columns) - 1))
    if stamp:
        about = book.add_worksheet("About this file")
        about.set_column(0, 0, 100)
        for index, line in enumerate(stamp):
            about.write_string(index, 0, safe_text(line), text)
    book.set_properties({"title": listing.caption, "category": "Official-Sensitive"})
    book.close()


def _fitting(text: str) -> str:
    """Text that a cell can hold; the rest is in the record, and the cell says so."""
    units = len(text.encode("utf-16-le")) // 2
    if units <= LONGEST_CELL:
        return text
    note = " [cut: the whole text is in the record]"
    return text.encode("utf-16-le")[: (LONGEST_CELL - len(note)) * 2].decode("utf-16-le", "ignore") + note

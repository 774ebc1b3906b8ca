"""Reading one file of a bundle: its lines, its header, its rows; each fault of it noted with its place."""

from __future__ import annotations

import csv
import re
import struct
import zipfile
import zlib
from collections import namedtuple
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from justice.caseload.cells import Cells, NoCells, UnacceptableError
from justice.caseload.format import FILES, LINE_BYTES_AT_MOST, ROWS_AT_MOST, File, listed
from justice.caseload.problems import Problems, meant

# One tuple type for each table: its columns in the order of the format, after the line the row begins on.
ROWS: dict[str, Any] = {
    file.table: namedtuple(file.table, ["line", *(column.name for column in file.columns)]) for file in FILES
}

# What opening or reading a damaged or hostile zip may end in.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass
class Table:
    """The rows of one file as they were read."""

    file: File
    rows: list[Any] = field(default_factory=list)
    # The line on which each key was first met.
    line_of: dict[Any, int] = field(default_factory=dict)
    # False if part of the file could not be read: what it may hold is then not said to be missing.
    whole: bool = False
    # The cells that were not understood, by line.
    _spoilt: dict[int, set[str]] = field(default_factory=dict)

    def spoil(self, line: int, column: str) -> None:
        self._spoilt.setdefault(line, set()).add(column)

    def spoilt_in(self, line: int, columns: Iterable[str]) -> bool:
        return line in self._spoilt and not self._spoilt[line].isdisjoint(columns)


def lines_of(file: File, stream: BinaryIO, digest: Any, problems: Problems) -> Iterator[str]:
    """The lines of a file as text. A byte that is not UTF-8 is noted, and replaced so that the rest is read."""
    number = 0
    while True:
        try:
            raw = stream.readline(LINE_BYTES_AT_MOST + 1)
        except DAMAGED:
            problems.add(
                file.name, "cannot be read to its end: the zip is damaged; zip it afresh", line=number + 1
            )
            raise UnreadableError from None
        if not raw:
            return
        number += 1
        digest.update(raw)
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
            if other := _other_kind(raw):
                problems.add(file.name, f"{other}; save it as CSV in UTF-8")
                raise UnreadableError
        if b"\0" in raw:
            problems.add(
                file.name,
                f"byte {raw.index(0) + 1} of the line is NUL: not text; save it as CSV in UTF-8",
                line=number,
            )
            raise UnreadableError
        if len(raw) > LINE_BYTES_AT_MOST:
            message = (
                f"longer than {LINE_BYTES_AT_MOST:,} bytes; end each row with a line end of Windows or Unix"
            )
            problems.add(file.name, message, line=number)
            raise UnreadableError
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of the line is not UTF-8 text; save it as CSV in UTF-8"
            problems.add(file.name, message, line=number, found=f"0x{raw[error.start]:02X}")
            text = raw.decode(errors="replace")
        yield text


class UnreadableError(Exception):
    """The file cannot be read on; its problem has been noted."""


def _other_kind(start: bytes) -> str:
    if start.startswith(b"PK\x03\x04"):
        return "a spreadsheet or a zip, not CSV"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text in UTF-16, not UTF-8"
    return ""


def read_table(table: Table, lines: Iterator[str], problems: Problems, room: int) -> None:
    """Fill the table. A row with a bad cell stays, the cell blank, so that what refers to the row finds it."""
    file = table.file
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, None)
        if not header:
            problems.add(file.name, "the file is empty, or its first line is; begin with the header row")
            return
        positions = _columns(file, [name.strip() for name in header], problems)
        table.whole = all(name in positions for name in file.key)
        _read_rows(table, reader, len(header), positions, problems, room)
    except csv.Error as error:  # in the header: nothing below it can be understood
        problems.add(file.name, _quoting(error), line=1)
    except UnreadableError:
        table.whole = False


def _columns(file: File, header: list[str], problems: Problems) -> dict[str, int]:
    """Where each column of the format stands in the file."""
    names = [column.name for column in file.columns]
    if len(header) == 1 and re.search("[;\t|]", header[0]):
        problems.add(file.name, "put commas between the cells", line=1, found=header[0])
        return {}
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        if name in positions:
            problems.add(file.name, "this column is there twice; leave one of them out", line=1, column=name)
        elif name in names:
            positions[name] = position
        elif name:
            problems.add(file.name, "no column of this file" + meant(name, names), line=1, found=name)
        else:
            problems.add(
                file.name,
                f"cell {position + 1} of the header is blank; name the column or take it out",
                line=1,
            )
    for column in file.columns:
        if column.required and column.name not in positions:
            problems.add(
                file.name,
                "this column is missing; add it, and fill it in every row",
                line=1,
                column=column.name,
            )
    return positions


def _read_rows(
    table: Table, reader: Any, width: int, positions: dict[str, int], problems: Problems, room: int
) -> None:
    file, rows, first_lines = table.file, table.rows, table.line_of
    make = ROWS[file.table]._make
    # A blank is put at the end of each record, for the columns that the file does not have.
    cells = [
        (Cells(column), positions[column.name]) if column.name in positions else (NoCells(), -1)
        for column in file.columns
    ]
    key = [file.place(name) for name in file.key] if table.whole else []
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add(file.name, _quoting(error), line=line)
            continue
        if len(record) != width:
            if any(record):
                _wrong_width(table, line, record, width, positions, problems)
            continue
        if len(rows) >= room:
            problems.add(
                file.name,
                f"more than {ROWS_AT_MOST:,} rows in all; bring the caseload in by parts",
                line=line,
            )
            table.whole = False
            return
        record.append("")
        try:
            row = make([line, *[meaning[record[position]] for meaning, position in cells]])
        except UnacceptableError:
            if not any(cell.strip() for cell in record):
                continue  # a row of commas, as spreadsheets leave below a table
            row = make([line, *_one_by_one(table, line, record, cells, problems)])
        rows.append(row)
        if key and not table.spoilt_in(line, file.key):
            mark = row[key[0]] if len(key) == 1 else tuple([row[place] for place in key])
            first = first_lines.setdefault(mark, line)
            if first != line:
                _twice(file, row, first, problems)


def _one_by_one(
    table: Table, line: int, record: list[str], cells: list[tuple[Any, int]], problems: Problems
) -> Iterator[Any]:
    """The cells of a row of which at least one is bad: each bad one is reported and left blank."""
    for column, (meaning, position) in zip(table.file.columns, cells, strict=True):
        try:
            yield meaning[record[position]]
        except UnacceptableError as refusal:
            problems.add(
                table.file.name, str(refusal), line=line, column=column.name, found=record[position].strip()
            )
            table.spoil(line, column.name)
            yield None


def _wrong_width(
    table: Table, line: int, record: list[str], width: int, positions: dict[str, int], problems: Problems
) -> None:
    many = "many" if len(record) > width else "few"
    message = f"too {many} cells: {len(record)}, where the header has {width}; put text with a comma in quotation marks"
    problems.add(table.file.name, message, line=line)
    # Its reference is kept all the same, so that the rows that name it are not reported for this row's fault.
    if table.whole and len(table.file.key) == 1 and positions[table.file.key[0]] < len(record):
        table.line_of.setdefault(record[positions[table.file.key[0]]].strip(), line)


def _twice(file: File, row: Any, first: int, problems: Problems) -> None:
    names = listed(file.key)
    found = str(getattr(row, file.key[0]))
    problems.add(
        file.name,
        f"line {first} has the same {names}; give {file.one} one row",
        line=row.line,
        column=file.key[0],
        found=found,
    )


def _quoting(error: csv.Error) -> str:
    said = str(error)
    if "new-line character" in said:
        return "a line end of another kind inside a line; save the file with line ends of Windows or Unix"
    if "field larger" in said or "end of data" in said:
        return "a quotation mark is opened and not closed; close it, and write a mark inside text twice"
    return "text after a closing quotation mark; write a mark inside text twice"

"""What the text in one cell means: a date, a number, a code; or why it means nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date

from justice.caseload.format import FIRST_DAY, LAST_DAY, Column, Kind

_DAY = re.compile(r"(\d+)-\d\d-\d\d", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
# Control characters, and those that make a screen show text in another order than it is stored.
_NOT_SHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_LINE_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

Value = str | date | bool | int | None


class UnacceptableError(ValueError):
    """The cell cannot be read; the message says what would be accepted."""


class Cells(dict[str, Value]):
    """The meaning of each text met in one column: most texts of a caseload come many times over."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column
        self._meaning = _MEANING[column.kind]

    def __missing__(self, text: str) -> Value:
        value = text.strip()
        if value:
            self[text] = meaning = self._meaning(self._column, value)
            return meaning
        if self._column.required:
            raise UnacceptableError("blank; this column must be filled")
        self[text] = None
        return None


class NoCells(dict[str, Value]):
    """A column the file does not have: not known, in every row."""

    def __missing__(self, text: str) -> Value:
        return None


def _text(column: Column, value: str) -> str:
    if not value.isprintable():
        unseen = _NOT_SHOWN.search(value)
        if unseen:
            raise UnacceptableError(f"take out the character U+{ord(unseen[0]):04X}, which cannot be shown")
        if column.kind is Kind.LINES:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        elif column.kind is Kind.TEXT:
            value = _LINE_BREAKS.sub(" ", value)
        elif _LINE_BREAKS.search(value):
            raise UnacceptableError("take out the line break or tab")
    if len(value) > column.longest:
        raise UnacceptableError(f"{len(value):,} characters; give {column.longest:,} at most")
    return value


def _email(column: Column, value: str) -> str:
    value = _text(column, value)
    if not _EMAIL.fullmatch(value):
        raise UnacceptableError("give an e-mail address, such as a.name@council.example")
    return value


def _date(column: Column, value: str) -> date:
    shape = _DAY.fullmatch(value)
    if not shape:
        raise UnacceptableError("give a date as YYYY-MM-DD")
    if len(shape[1]) != 4 or not FIRST_DAY.year <= int(shape[1]) <= LAST_DAY.year:
        raise UnacceptableError(f"give a date from {FIRST_DAY} to {LAST_DAY}, as YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UnacceptableError("give a real date as YYYY-MM-DD") from None


def _yes_no(column: Column, value: str) -> bool:
    if value not in ("yes", "no"):
        raise UnacceptableError("give yes or no")
    return value == "yes"


def _number(column: Column, value: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(value) or not column.least <= int(value) <= column.most:
        raise UnacceptableError(
            f"give a whole number of {column.unit} from {column.least} to {column.most:,}"
        )
    return int(value)


def _code(column: Column, value: str) -> str:
    if column.any_spelling:
        value = re.sub(r"[\s_-]+", "_", value.lower())
    if value not in column.codes:
        raise UnacceptableError(f"give one of {', '.join(column.codes)}")
    return sys.intern(value)


_MEANING: dict[Kind, Callable[[Column, str], Value]] = {
    Kind.REFERENCE: _text,
    Kind.LINK: _text,
    Kind.TEXT: _text,
    Kind.LINES: _text,
    Kind.EMAIL: _email,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
    Kind.NUMBER: _number,
    Kind.CODE: _code,
}

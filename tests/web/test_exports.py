"""Files of lists: no cell is a formula, nothing changes on the way, and the log is written before a row leaves."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

import openpyxl
import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from justice.domain.errors import Refused
from justice.web.exports import csv_response, file_name, safe_text, xlsx_response
from justice.web.listing import Column, Listing
from justice.web.status import Status
from tests.figures import size

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def listing_of(rows, columns=None, **options):
    columns = columns or (Column("text", "Text"),)
    return Listing(
        columns,
        rows,
        RequestFactory().get("/", options.pop("query", {})),
        caption="Overdue timescales",
        **options,
    )


def rows_of(*texts):
    return [SimpleNamespace(pk=number, text=text) for number, text in enumerate(texts)]


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def read_sheet(response):
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def kept(text: str) -> str:
    """What of a text a file can hold at all: line ends as one character, no control characters."""
    text = text.replace("\r\n", "\n")
    return "".join(
        c
        for c in text
        if not (unicodedata.category(c) == "Cc" and c not in "\t\n\r") and c not in "\ufffe\uffff"
    )


def begins_like_a_formula(text: str) -> bool:
    """Said anew here, in other words than the code's: the first character that shows, made narrow."""
    for character in text:
        if character in "\t\r\n":
            return True
        if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cf") or character.isspace():
            continue
        return unicodedata.normalize("NFKC", character)[0] in "=+-@"
    return False


hostile = st.one_of(
    st.text(max_size=40),
    st.builds(
        lambda blank, sign, rest: blank + sign + rest,
        st.text(" \u00a0\u2003\u3000\u200b\ufeff", max_size=4),
        st.sampled_from([*STARTS, "＝", "＋", "－", "＠", "﹣", "﹢"]),  # noqa: RUF001
        st.text(max_size=20),
    ),
    st.sampled_from(
        [
            "=1+1",
            '=HYPERLINK("http://x","y")',
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "\t=1",
            " \t=1",
            "\r=1",
            "a;=1+1",
            'a",=1+1',
            "{=1+1}",
            "+44 141 496 0000",
        ]
    ),
)
# At night ten thousand texts through each file: a hundred files of a hundred rows.
batches = st.lists(hostile, min_size=100, max_size=100)


class TestNoFormulas:
    @pytest.mark.figure(
        "hostile texts through a CSV file and a workbook: no formula, and each comes back as it was"
    )
    @settings(
        max_examples=size(change=5, night=100),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(texts=batches)
    def test_no_cell_begins_like_a_formula_and_no_text_is_changed(self, texts, figure):
        figure.many(len(texts))
        listing = listing_of(rows_of(*texts))
        head, *rows = read_csv(csv_response(listing))
        assert head == ["Text"]
        assert len(rows) == len(texts)
        for (cell,), text in zip(rows, texts, strict=True):
            assert safe(cell)
            assert cell in (kept(text), "'" + kept(text))
        sheet = read_sheet(xlsx_response(listing))
        cells = [row[0] for row in sheet.iter_rows(min_row=2, max_row=len(texts) + 1)]
        for cell, text in zip(cells, texts, strict=True):
            assert cell.data_type in ("s", "inlineStr", "n")  # an empty cell is "n"
            value = "" if cell.value is None else openpyxl.utils.escape.unescape(cell.value)
            assert safe(value)
            # XML holds no lone carriage return.
            as_xml = kept(text).replace("\r", "\n")
            assert value.replace("\r", "\n") in (as_xml, "'" + as_xml)

    @pytest.mark.figure("planted faults of the writer of files")
    def test_the_check_of_cells_notices(self, figure):
        for fault, planted in {
            "nothing is prefixed": lambda text: text,
            "a sign after spaces is forgotten": lambda text: f"'{text}" if text[:1] in STARTS else text,
            "full-width signs are forgotten": lambda text: (
                f"'{text}" if text.lstrip()[:1] in STARTS else text
            ),
        }.items():
            with patch("justice.web.exports.safe_text", planted):
                _, *rows = read_csv(csv_response(listing_of(rows_of("=1+1", "  =1+1", "\uff1d1+1"))))
            figure.planted(fault, not all(safe(cell) for (cell,) in rows))

    @pytest.mark.parametrize(
        "number", ["+44 141 496 0000", "+441414960000", "0141 496 0000", "+353 1 496 0000"]
    )
    def test_telephone_numbers_are_left_alone(self, number):
        assert safe_text(number) == number

    @pytest.mark.parametrize(
        "text", ["+1+1", "+1 +1 +1 1", "+", "+a", "+44 141 496 0000+1", "+44\n141 496 0000"]
    )
    def test_what_only_looks_like_one_is_not(self, text):
        assert safe_text(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Example", "3 - 4", "O'Example", "a=b", "e@example.invalid", "   "])
    def test_ordinary_text_stays(self, text):
        assert safe_text(text) == text


def safe(cell: str) -> bool:
    return not begins_like_a_formula(cell) or safe_text(cell) == cell and cell.startswith("+")


TYPED = (
    Column("name", "Person", "who.name"),
    Column("due_on", "Due", kind="date"),
    Column("late", "Days late", kind="number"),
    Column("rate", "Rate", kind="number"),
    Column("at", "Time"),
    Column("status", "Status", value=lambda row: Status("Overdue 3 days", "red"), kind="status"),
    Column("open", "Open"),
    Column("link", "Action", value=lambda row: "Open", in_files=False),
    Column("note", "Note", on_page=False),
)


def typed_row(**changes):
    values = {
        "pk": 7,
        "who": SimpleNamespace(name="Aileen Example"),
        "due_on": date(2026, 3, 3),
        "late": -3,
        "rate": Decimal("77.5"),
        "at": time(9, 30),
        "open": True,
        "note": None,
    }
    return SimpleNamespace(**{**values, **changes})


class TestTypes:
    def test_csv_writes_days_and_numbers_as_such(self):
        assert read_csv(csv_response(listing_of([typed_row()], TYPED))) == [
            ["Person", "Due", "Days late", "Rate", "Time", "Status", "Open", "Note"],
            ["Aileen Example", "2026-03-03", "-3", "77.5", "09:30", "Overdue 3 days", "Yes", ""],
        ]

    def test_a_workbook_holds_days_and_numbers_as_such(self):
        sheet = read_sheet(xlsx_response(listing_of([typed_row()], TYPED)))
        name, due_on, late, rate, at, status, open_, note = (cell.value for cell in sheet[2])
        assert (name, due_on.date(), late, rate, at) == (
            "Aileen Example",
            date(2026, 3, 3),
            -3,
            77.5,
            time(9, 30),
        )
        assert (status, open_, note) == ("Overdue 3 days", "Yes", None)
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:H2"

    def test_a_text_too_long_for_a_cell_says_so(self):
        sheet = read_sheet(xlsx_response(listing_of(rows_of("x" * 40_000))))
        assert len(sheet["A2"].value) <= 32_767
        assert sheet["A2"].value.endswith("[cut: the whole text is in the record]")

    def test_an_empty_list_is_a_head(self):
        assert read_csv(csv_response(listing_of([], TYPED)))[0][0] == "Person"
        assert read_sheet(xlsx_response(listing_of([], TYPED)))["A1"].value == "Person"


class TestTakingAway:
    @pytest.mark.parametrize("respond", [csv_response, xlsx_response])
    def test_the_log_is_written_before_anything_is_sent(self, respond):
        seen = []
        response = respond(listing_of(rows_of("a", "b")), on_export=seen.append)
        assert seen == [[0, 1]]
        assert response.streaming

    @pytest.mark.parametrize("respond", [csv_response, xlsx_response])
    def test_nothing_is_sent_when_the_log_cannot_be_written(self, respond):
        def broken(keys):
            raise OSError("no room")

        with pytest.raises(OSError, match="no room"):
            respond(listing_of(rows_of("a")), on_export=broken)

    @pytest.mark.parametrize("respond", [csv_response, xlsx_response])
    def test_a_list_longer_than_a_file_may_be_is_refused_in_words(self, respond):
        seen = []
        with pytest.raises(Refused) as refused:
            respond(listing_of(rows_of("a", "b", "c")), most=2, on_export=seen.append)
        assert refused.value.problems[0].message == (
            "This list has 3 rows and a file may hold 2. Use the filters to shorten it"
        )
        assert seen == []

    def test_a_file_holds_every_page_in_the_order_on_the_screen(self):
        columns = (Column("text", "Text", order_by=("text",)),)
        listing = listing_of(
            rows_of("b", "c", "a"), columns, page_size=1, query={"sort": "-text", "page": "2"}
        )
        assert [row[0] for row in read_csv(csv_response(listing))] == ["Text", "c", "b", "a"]

    def test_the_name_of_a_file_names_the_list_and_the_day_and_nobody(self, settings):
        name = file_name(listing_of(rows_of("a"), slug='Overdue "Aileen"/../\r\n'), "csv")
        assert name.startswith("overdue-aileen-20")
        assert name.endswith(".csv")
        response = csv_response(listing_of(rows_of("a")))
        assert response["Content-Disposition"].startswith('attachment; filename="overdue-timescales-20')
        assert response["Content-Type"] == "text/csv; charset=utf-8"

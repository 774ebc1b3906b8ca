"""Components, lists, the frame of every page, and what every answer carries."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace

import django_filters
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from cases.models import Council
from justice.domain.errors import Problem, Refused
from justice.web import context, middleware, status
from justice.web.forms import OperationForm, TextField
from justice.web.listing import Column, Listing, Table
from justice.web.templatetags import govuk

TODAY = date(2026, 3, 20)
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def drawn(source: str, **values) -> str:
    return Template("{% load govuk %}" + source).render(Context(values))


class TestStates:
    @pytest.mark.parametrize(
        ("due_on", "words", "tone"),
        [
            (date(2026, 3, 17), "Overdue 3 days", "red"),
            (date(2026, 3, 19), "Overdue 1 day", "red"),
            (date(2026, 3, 20), "Due today", "amber"),
            (date(2026, 3, 21), "Due in 1 day", "amber"),
            (date(2026, 3, 22), "Due in 2 days", "amber"),
            (date(2026, 3, 27), "Due in 7 days", "amber"),
            (date(2026, 3, 28), "Due 28 Mar 2026", "blue"),
            (date(2022, 3, 20), "Overdue 1,461 days", "red"),
        ],
    )
    def test_what_is_still_to_be_done(self, due_on, words, tone):
        for state in ("pending", "overdue"):
            assert status.of_timescale(state, due_on, TODAY) == status.Status(words, tone)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("met", "Met"),
            ("met_late", "Met late"),
            ("missed", "Missed"),
            ("lapsed", "Lapsed"),
        ],
    )
    def test_what_is_over(self, state, words):
        assert status.of_timescale(state, TODAY, TODAY).words == words

    @pytest.mark.parametrize(
        ("code", "words"),
        [("green", "Green"), ("AMBER", "Amber"), ("red", "Red"), ("", "No target"), (None, "No target")],
    )
    def test_ratings_are_words(self, code, words):
        assert words in drawn("{% rag code %}", code=code)

    def test_each_tone_has_a_shape_of_its_own(self):
        assert len(set(status.SHAPES.values())) == len(status.SHAPES)
        for tone in status.SHAPES:
            assert drawn("{% tag words tone %}", words="Word", tone=tone).count("<svg") == 1

    def test_a_tag_escapes_its_words(self):
        assert "<b>" not in drawn('{% tag words "red" %}', words="<b>")

    @pytest.mark.parametrize(
        ("code", "word"), [("up", "Up"), ("down", "Down"), ("same", "No change"), ("", "Not known")]
    )
    def test_a_direction_is_an_arrow_and_a_word(self, code, word):
        html = drawn("{% direction code %}", code=code)
        assert word in html
        assert ("<svg" in html) == bool(code)


class TestDaysAndNumbers:
    def test_days(self):
        assert govuk.long_date(date(2026, 3, 3)) == "Tuesday 3 March 2026"
        assert govuk.short_date(date(2026, 3, 3)) == (
            '<time class="app-date" datetime="2026-03-03">3 Mar 2026</time>'
        )
        assert govuk.long_date(None) == govuk.short_date("") == ""

    def test_an_instant_falls_on_its_scottish_day(self):
        late = datetime.fromisoformat("2026-06-30T23:30:00+00:00")  # half past midnight in summer time
        assert govuk.long_date(late) == "Wednesday 1 July 2026"
        assert govuk.moment(late) == "1 July 2026 at 12:30am"

    @pytest.mark.parametrize(
        ("hour", "words"),
        [
            (time(9, 30), "9:30am"),
            (time(14), "2pm"),
            (time(12), "midday"),
            (time(0), "midnight"),
            (time(0, 5), "12:05am"),
        ],
    )
    def test_hours(self, hour, words):
        assert govuk.clock(hour) == words

    @pytest.mark.parametrize(
        ("value", "words"), [(77, "77%"), ("77.50", "77.5%"), (100, "100%"), (0, "0%"), (None, "No data")]
    )
    def test_percentages(self, value, words):
        assert govuk.percent(value) == words

    def test_age_changes_on_the_birthday(self):
        today = timezone.localdate()
        assert govuk.age(today.replace(year=today.year - 30, day=1, month=1)) == 30
        assert govuk.age(today + timedelta(days=1) - timedelta(days=365)) in (0, 1)


COLUMNS = (
    Column("name", "Council", order_by=("name",), heads=True, href=lambda row: f"/councils/{row.pk}"),
    Column("version", "Version", kind="number", order_by=("version", "name")),
    Column("made", "Made", value=lambda row: TODAY, kind="date"),
    Column("state", "State", value=lambda row: status.RAG["green"], kind="status"),
)


def listing(queryset=None, query=None, **options):
    request = RequestFactory().get("/", query or {})
    if queryset is None:
        queryset = Council.objects.all()
    return Listing(
        COLUMNS, queryset, request, options.pop("default_order", "name"), caption="Councils", **options
    )


@pytest.fixture
def councils(db):
    return [Council.objects.create(name=f"Council {number:03}", version=number % 3) for number in range(120)]


@pytest.mark.usefixtures("councils")
class TestAList:
    def test_a_page_costs_two_queries_however_long_the_list(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            html = render_to_string("components/listing.html", {"listing": listing()})
        assert html.count("<tr") == 51
        assert "1 to 50 of 120 rows" in html

    def test_sorts_by_what_its_columns_allow(self):
        assert listing(query={"sort": "-name"}).objects[0].name == "Council 119"
        assert [row.version for row in listing(query={"sort": "-version"}).objects][:2] == [2, 2]

    @pytest.mark.parametrize(
        "sort", ["pk", "calendar_stamp", "name__x", "made", "?", "-", "--name", "name;drop"]
    )
    def test_lets_every_other_order_go(self, sort):
        assert listing(query={"sort": sort}).objects[0].name == "Council 000"

    @pytest.mark.parametrize(
        ("page", "first"),
        [("2", "Council 050"), ("3", "Council 100"), ("99", "Council 100"), ("0", "Council 000"), ("x", "Council 000"),
         ("-1", "Council 000"), ("²", "Council 000"), ("9" * 40, "Council 000")],
    )  # fmt: skip
    def test_any_page_asked_for_is_a_page(self, page, first):
        assert listing(query={"page": page}).objects[0].name == first

    def test_pages_hold_every_row_once_though_many_are_equal(self):
        columns = (Column("version", "Version", order_by=("version",)),)
        seen = [
            row.pk
            for page in range(1, 8)
            for row in Listing(
                columns, Council.objects.all(), RequestFactory().get("/", {"page": page}), "version", 20
            ).objects
            if page <= 6
        ]
        assert len(seen) == len(set(seen)) == 120

    def test_says_how_it_is_sorted_and_offers_the_other_way(self):
        html = render_to_string(
            "components/table.html", {"table": listing(query={"sort": "name", "team": "3", "page": "2"})}
        )
        assert 'aria-sort="ascending"' in html
        assert 'href="?sort=-name&amp;team=3"' in html
        assert "sorted by Council, A to Z" in html
        assert html.count("aria-sort=") == 2  # the columns that cannot be sorted say nothing

    def test_keeps_the_query_in_the_addresses_of_pages_and_files(self):
        made = listing(query={"team": "3", "page": "2"})
        assert made.pages.next == "?team=3&page=3"
        assert made.query_string == "?team=3"
        assert [item.number for item in made.pages.items] == [1, 2, 3]

    def test_long_runs_of_pages_have_gaps(self):
        made = listing(query={"page": "12"}, page_size=5)
        assert [item.number for item in made.pages.items] == [1, 0, 11, 12, 13, 0, 24]

    def test_a_table_has_a_caption_heads_with_scope_and_a_box_to_scroll(self):
        html = render_to_string("components/table.html", {"table": listing()})
        assert "<caption" in html
        assert html.count('scope="col"') == 4
        assert html.count('scope="row"') == 50
        assert 'role="region" aria-label="Councils"' in html
        assert 'tabindex="0"' in html

    def test_nothing_to_show_is_said(self):
        html = render_to_string(
            "components/listing.html", {"listing": listing(Council.objects.none(), empty="No council yet")}
        )
        assert "No council yet" in html
        assert "<table" not in html

    def test_names_the_cases_on_the_page_for_the_log(self):
        made = listing(query={"page": "3"})
        assert made.case_keys == [row.pk for row in made.objects]


class Filter(django_filters.FilterSet):
    version = django_filters.ChoiceFilter(choices=[("0", "None"), ("1", "One")], label="Version")

    class Meta:
        model = Council
        fields = ("version",)


@pytest.mark.usefixtures("councils")
class TestFilters:
    def made(self, **query):
        request = RequestFactory().get("/", query)
        return Listing(
            COLUMNS,
            None,
            request,
            "name",
            filterset=Filter(request.GET, Council.objects.all()),
            caption="Councils",
        )

    def test_filters_and_says_which_are_in_use(self):
        made = self.made(version="1", sort="-name", page="2")
        assert made.total == 40
        (chosen,) = made.chosen_filters
        assert (chosen.label, chosen.words, chosen.href) == ("Version", "One", "?sort=-name")
        assert made.cleared == "?sort=-name"
        assert made.kept == [("sort", "-name")]

    def test_the_panel_keeps_the_order_and_wears_our_dress(self):
        html = render_to_string("components/listing.html", {"listing": self.made(version="1", sort="-name")})
        assert 'name="sort" value="-name"' in html
        assert "govuk-select" in html
        assert "Remove filter" in html


def test_rows_that_are_not_from_the_database_are_listed_alike():
    rows = [SimpleNamespace(pk=n, name=name, version=n) for n, name in enumerate(("b", None, "a"))]
    assert [row.name for row in listing(rows).objects] == ["a", "b", None]
    assert [row.name for row in listing(rows, {"sort": "-name"}).objects] == ["b", "a", None]


def test_a_cell_never_carries_markup():
    row = SimpleNamespace(pk=1, name="<img src=x onerror=alert(1)>", version='"><script>')
    table = Table(COLUMNS[:2], [row], "<b>Caption</b>")
    html = render_to_string("components/table.html", {"table": table})
    assert not re.search(r"<(img|script|b)\b", html)


class TestComponents:
    def test_summary_list_says_what_is_not_recorded_and_what_an_action_is_about(self):
        html = drawn(
            '{% include "components/summary_list.html" with rows=rows only %}',
            rows=[
                ("Worker", "A", ("Change", "/x", "worker")),
                ("Born", TODAY),
                ("Note", None),
                ("Queried", False),
            ],
        )
        assert 'Change<span class="govuk-visually-hidden"> worker</span>' in html
        assert "20 March 2026" in html
        assert "Not recorded" in html
        assert ">No<" in html

    def test_identity_bar_shows_who_and_what_to_beware_of(self):
        person = SimpleNamespace(
            name="Aileen Example", reference="GC-1", date_of_birth=date(1990, 1, 1), restricted=True
        )
        alert = SimpleNamespace(
            kind="risk_to_staff", get_kind_display=lambda: "Risk to staff", text="Two workers"
        )
        html = render_to_string("components/identity_bar.html", {"person": person, "alerts": [alert]})
        for words in (
            "Aileen Example",
            "GC-1",
            "1 Jan 1990",
            "(age ",
            "Risk to staff",
            "Two workers",
            "Restricted record",
        ):
            assert words in html

    def test_timeline_keeps_line_ends_and_escapes(self):
        item = {"title": "Seen", "on": TODAY, "by": "B", "text": "One\nTwo <b>", "status": status.RAG["red"]}
        html = render_to_string("components/timeline.html", {"items": [item]})
        assert "Friday 20 March 2026 by B" in re.sub(r"<[^>]+>", "", html)
        assert "One<br>Two &lt;b&gt;" in html

    def test_progress_has_words_and_works_without_scripts(self):
        html = render_to_string(
            "components/progress.html",
            {"label": "Reading", "value": 3, "maximum": 9, "words": "3 of 9 files"},
        )
        assert '<progress class="app-progress__bar" id="progress" max="9" value="3">' in html
        assert "3 of 9 files" in html
        assert "<noscript>" in html

    def test_a_heading_carries_its_count(self):
        html = drawn('{% include "components/heading.html" with text="Overdue" count=1204 only %}')
        assert re.sub(r"<[^>]+>", "", html).strip() == "Overdue 1,204"
        assert "<h1" in html
        assert "0</span>" in drawn('{% include "components/heading.html" with text="Overdue" count=0 only %}')

    def test_a_conflict_shows_both_texts(self):
        html = render_to_string("components/conflict.html", {"fields": [("Name", "Stored", "Typed")]})
        assert "Stored" in html
        assert "Typed" in html
        assert "Nothing was saved" in html


@pytest.mark.parametrize("template", sorted(str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*.html")))
def test_templates_carry_no_inline_style_or_script_and_trust_nothing(template):
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    assert not re.search(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", text)
    assert not re.search(r"\|\s*safe\b|autoescape off", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'nonce="{{ CSP_NONCE }}"' in script


def user(role="caseworker"):
    return SimpleNamespace(
        is_authenticated=True, role=role, name="Morag Testcase", get_role_display=lambda: "Caseworker",
        council=SimpleNamespace(name="Glasmore City Council", demonstration=True),
    )  # fmt: skip


def request_of(path="/", as_user=None):
    request = RequestFactory().get(path)
    request.user = as_user or user()
    request.session = SessionStore()
    return request


class TestTheFrame:
    def page(self, template="404.html", **values):
        request = request_of()
        return render_to_string(template, {**context.navigation(request), **values}, request)

    def test_says_who_is_signed_in_and_where(self):
        html = self.page()
        for words in (
            "Morag Testcase",
            "Caseworker",
            "Glasmore City Council",
            "Justice social work",
            "Sign out",
        ):
            assert words in html

    def test_has_one_heading_a_language_a_way_past_the_navigation_and_no_repeated_id(self):
        html = self.page()
        assert html.count("<h1") == 1
        assert '<html lang="en-GB"' in html
        assert 'href="#main-content"' in html
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert "main-content" in ids

    def test_printing_says_official_sensitive_and_by_whom(self):
        assert re.search(r"Official-Sensitive\. Printed by Morag Testcase", self.page())

    def test_a_title_begins_with_error_when_there_is_one(self):
        class Named(OperationForm):
            name = TextField("Name")

        html = self.page("forms/operation.html", form=Named({}), title="Record")
        assert re.search(r"<title>(.*?)</title>", html)[1].startswith("Error: Record")
        html = self.page("forms/operation.html", form=Named(), title="Record")
        assert re.search(r"<title>(.*?)</title>", html)[1].startswith("Record")

    def test_an_error_page_without_context_still_stands(self):
        token = middleware.request_number.set("abc123")
        try:
            assert "abc123" in render_to_string("500.html")
        finally:
            middleware.request_number.reset(token)

    @pytest.mark.parametrize(
        "role", ["caseworker", "first_line_manager", "senior_manager", "performance_officer"]
    )
    def test_each_role_is_led_to_its_work(self, role):
        labels = [link.label for link in context.links_for(role, "/overdue/")]
        assert "Performance" in labels
        assert ("Settings" in labels) == (role == "performance_officer")
        assert ("My caseload" in labels) == (role in ("caseworker", "first_line_manager"))

    def test_the_place_one_is_in_is_marked_once(self):
        current = [
            link.label for link in context.links_for("caseworker", "/cases/12/alerts/new/") if link.current
        ]
        assert current == ["People"]

    def test_a_page_that_is_not_there_yet_is_not_linked(self, monkeypatch):
        monkeypatch.setattr(context, "PLACES", (context.Place("Moon", "moon", ("caseworker",), ()),))
        assert context.links_for("caseworker", "/") == []

    def test_a_stranger_gets_no_navigation(self):
        given = context.navigation(request_of(as_user=AnonymousUser()))
        assert given["navigation"] == []
        assert given["signed_in"] is None


class TestEveryAnswer:
    def test_is_kept_by_nobody_and_opens_no_device(self):
        response = middleware.Headers(lambda request: HttpResponse())(request_of())
        assert response["Cache-Control"] == "no-store, private"
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"

    @pytest.mark.parametrize(
        ("told", "kept"),
        [
            ("0123456789abcdef", True),
            ("a" * 65, False),
            ("x\r\nSet-Cookie: a=b", False),
            ("<script>xxxxx", False),
            ("", False),
        ],
    )
    def test_has_a_number_that_the_log_knows(self, told, kept):
        seen = []

        def answer(request):
            seen.append(middleware.request_number.get())
            return HttpResponse()

        request = request_of()
        request.META["HTTP_X_REQUEST_ID"] = told
        response = middleware.RequestNumber(answer)(request)
        assert seen == [response["X-Request-ID"]]
        assert (response["X-Request-ID"] == told) == kept
        assert middleware.request_number.get() == ""

    def test_a_refusal_nobody_caught_becomes_a_page(self):
        request = request_of()
        refused = Refused(Problem("Use the filters to shorten it"))
        response = middleware.Refusals(lambda r: HttpResponse()).process_exception(request, refused)
        assert response.status_code == 422
        assert b"Use the filters to shorten it" in response.content
        assert middleware.Refusals(lambda r: HttpResponse()).process_exception(request, ValueError()) is None


class TestHowLongASessionLasts:
    def visit(self, session, **ago):
        request = request_of()
        request.session = session
        request.user = user()
        if ago:
            session[middleware.SessionLimit.KEY] = (timezone.now() - timedelta(**ago)).isoformat()
        middleware.SessionLimit(lambda r: HttpResponse())(request)
        return request

    def test_the_first_visit_starts_the_clock(self):
        assert middleware.SessionLimit.KEY in self.visit(SessionStore()).session

    def test_nine_hours_and_fifty_nine_minutes_are_allowed(self):
        assert self.visit(SessionStore(), hours=9, minutes=59).user.is_authenticated

    def test_after_ten_hours_it_is_over_however_busy_it_was(self, monkeypatch):
        over = []
        monkeypatch.setattr(middleware, "logout", over.append)
        self.visit(SessionStore(), hours=10)
        assert len(over) == 1

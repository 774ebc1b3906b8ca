"""Addresses of the pages of figures."""

from __future__ import annotations

from django.urls import path, register_converter

from cases.urls import as_files
from performance.views import dashboard, gaps, lists, outcomes, published, tables
from performance.views.choices import MeasureConverter, QuarterConverter

register_converter(QuarterConverter, "quarter")
register_converter(MeasureConverter, "measure")

QUARTER = "performance/<quarter:quarter>/"

urlpatterns = [
    *as_files("gaps/", gaps.data_gaps, "data_gaps"),
    *as_files("gaps/<slug:gap>/", gaps.data_gap, "data_gap"),
    path("performance/", dashboard.dashboard, name="performance"),
    path("performance/tables/", tables.year_tables, name="year_tables"),
    path(
        "performance/tables/<slug:table>/csv/", tables.year_table_file, {"file": "csv"}, name="year_table_csv"
    ),
    path(
        "performance/tables/<slug:table>/xlsx/",
        tables.year_table_file,
        {"file": "xlsx"},
        name="year_table_xlsx",
    ),
    *as_files("performance/tables/<slug:table>/cases/", tables.year_table_cases, "year_table_cases"),
    *as_files("performance/outcomes/", outcomes.report, "outcomes_report"),
    *as_files("performance/outcomes/orders/", outcomes.orders, "outcome_orders"),
    path("performance/outcomes/answers/", outcomes.answers, name="feedback_answers"),
    path("performance/published/", published.returns, name="performance_returns"),
    path("performance/published/<uuid:key>/", published.published, name="performance_return"),
    path("performance/published/<uuid:key>/difference/", published.difference, name="performance_difference"),
    path(QUARTER, dashboard.dashboard, name="performance_quarter"),
    path(f"{QUARTER}by-<str:by>/", dashboard.breakdown, name="performance_breakdown"),
    path(f"{QUARTER}commentary/", published.WriteCommentary.as_view(), name="write_commentary"),
    path(f"{QUARTER}publish/", published.Publish.as_view(), name="publish_return"),
    path(f"{QUARTER}figures.<str:ending>", dashboard.figures_file, name="performance_file"),
    path(f"{QUARTER}update.pdf", dashboard.update, name="performance_update"),
    path(f"{QUARTER}measures/<measure:measure>/", dashboard.measure, name="performance_measure"),
    path(f"{QUARTER}measures/<measure:measure>/cases/", lists.cases, name="performance_cases"),
    path(f"{QUARTER}measures/<measure:measure>/cases.<str:file>", lists.cases, name="performance_cases_file"),
]

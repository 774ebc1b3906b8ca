"""A person's own record: every column of every table is in it or named as left out, and no other person's words are."""

# ruff: noqa: F811  (a fixture's name is a parameter's)
from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse

from cases import disposal
from cases.models import Case, Consultation, Entry, Person, Role
from cases.subject_access import Pack, pack_of
from justice import registry
from tests.figures import Figure
from tests.trust.test_retention import CANARY, plant
from tests.web.conftest import World

TODAY = date(2026, 11, 27)


def canaried(world: World) -> tuple[Person, dict[str, tuple[str, str]]]:
    told: dict[str, tuple[str, str]] = {}
    person = Case.objects.get(pk=world.keys["case"]).person
    plant(person.pk, "s", told)
    return Person.objects.get(pk=person.pk), told


def faults(
    pack: Pack, told: dict[str, tuple[str, str]], *, names: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Words neither in the pack nor named as left out; and words of others, or for staff's safety, that are in it."""
    text = pack.as_json()
    out = {(one.table, one.column) for one in pack.withheld}
    unaccounted, others = [], []
    for word, (label, column) in told.items():
        inside = re.search(rf"{word}(?![0-9])", text) is not None
        table, field = names[label], names[f"{label}.{column}"]
        named = (table, "") in out or (table, field) in out
        mark = MARKS[label].text[column]
        if column != "name_key" and not inside and not named:
            unaccounted.append(f"{label}.{column}")
        if inside and (mark in registry.NEVER_THEIRS or MARKS[label].own_copy != "yes"):
            others.append(f"{label}.{column}")
    return unaccounted, others


MARKS = registry.load()


def names() -> dict[str, str]:
    found = {}
    for model in disposal.about_people():
        found[model._meta.label] = str(model._meta.verbose_name_plural).capitalize()
        for field in model._meta.concrete_fields:
            found[f"{model._meta.label}.{field.name}"] = str(field.verbose_name).capitalize()
    return found


@pytest.mark.figure("Words of a record: in the person's own copy or named as left out, and none of others")
def test_everything_is_in_it_or_named_and_nothing_of_others(world: World, figure: Figure):
    person, told = canaried(world)
    unaccounted, others = faults(pack_of(person, TODAY), told, names=names())
    # A word that a rule of the database did not let stand was planted nowhere: it is in no row either.
    figure.many(len(told), [f"unaccounted: {one}" for one in unaccounted if not _not_planted(one)])
    figure.many(len(told), [f"of others: {one}" for one in others])
    assert len(told) > 120


def _not_planted(name: str) -> bool:
    label, column = name.rsplit(".", 1)
    model = next(model for model in disposal.about_people() if model._meta.label == label)
    rows = model._base_manager.values_list(column, flat=True)
    return not any(CANARY in str(value) for value in rows)


@pytest.mark.figure("Faults planted in a person's own copy")
def test_a_leak_or_a_loss_is_noticed(world: World, figure: Figure):
    person, told = canaried(world)
    called = names()
    looked_at = lambda: list(disposal.Found(person.pk).live)  # noqa: E731
    whole = faults(pack_of(person, TODAY), told, names=called)

    def noticed(*patches: Any) -> bool:
        from contextlib import ExitStack

        with ExitStack() as stack:
            for one in patches:
                stack.enter_context(one)
            return faults(pack_of(person, TODAY), told, names=called) != whole

    figure.planted(
        "third parties are let in", noticed(patch("cases.subject_access._left_out", lambda *_: ""))
    )
    figure.planted("every table is theirs", noticed(patch("cases.subject_access._theirs", looked_at)))
    figure.planted(
        "a table is left out unnamed", noticed(patch("cases.subject_access._theirs", lambda: [Person]))
    )
    figure.planted(
        "nothing is named as left out", noticed(patch("cases.subject_access._withheld", lambda: iter(())))
    )


def test_a_manager_releases_it_and_the_recipient_is_logged(world: World):
    client, case = world.client(Role.FIRST_LINE_MANAGER), Case.objects.get(pk=world.keys["case"])
    address = reverse("release_subject_access_pack", args=[case.pk])
    page = client.get(address).content.decode()
    assert case.person.family_name in page
    assert "Ansel Whinmuir" not in page
    sent = {
        "recipient": "The person", "asked_on_day": "1", "asked_on_month": "6", "asked_on_year": "2026",
        "key": "6f9a4f3e-2d3c-4a35-9d5c-0a7a5f1d2b10",
    }  # fmt: skip
    answer = client.post(address, sent)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert json.loads(archive.read("record.json"))["reference"] == case.person.reference
    assert b"Your own record" in archive.read("record.html")
    log = Consultation.objects.filter(kind=Consultation.Kind.DOCUMENT, case=case).latest("pk")
    assert (log.recipient, log.page) == ("The person", "subject access pack")
    assert Entry.objects.filter(operation="release_subject_access_pack", case=case).count() == 1
    for role in (Role.CASEWORKER, Role.INFORMATION_GOVERNANCE, Role.SENIOR_MANAGER):
        assert world.client(role).get(address).status_code in (403, 404)

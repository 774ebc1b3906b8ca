"""The destruction of one person's record: every table that leads to them, the copies of rows, what they are found by.

Which tables and columns go is not written here: it follows from justice/registry.toml and the foreign keys, so that a
table added tomorrow is destroyed too, or fails a test. All of it is one transaction with its certificate: killed half
way, nothing has happened and the job does it again. justice/decisions/33-retention-and-disposal.md says what stays.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from cases import search
from cases.add_only import DISPOSABLE
from cases.jobs import Running
from cases.models import Case, Disposal, DisposalCertificate, DisposalRow, Person, SearchWord
from cases.retention import dues_of
from justice import registry

Model = type[models.Model]
APPS = ("cases", "orders", "assessments", "performance")
# Who is left when everything is gone: a row to which the trail and published lists may go on pointing.
NOBODY: dict[str, Any] = {
    "given_name": "",
    "family_name": "",
    "name_key": "",
    "date_of_birth": date(1900, 1, 1),
    "gender": "not_known",
    "ethnicity": "not_known",
    "employment": "not_known",
    "restricted": False,
}
CHUNK = 500


def own_models() -> list[Model]:
    """Every table of the four apps but the copies of rows."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS and not model.__name__.startswith("Historical")
    ]


@lru_cache(maxsize=1)
def declared() -> dict[str, registry.Declared]:
    return registry.load()


def links(model: Model) -> list[models.ForeignKey]:
    """The foreign keys of a model to other tables of ours."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is not model
    ]


@lru_cache(maxsize=1)
def about_people() -> list[Model]:
    """The tables whose rows lead to a person, those that others lead through before them."""
    about: list[Model] = [Person]
    left = [model for model in own_models() if model is not Person]
    while True:
        reached = [model for model in left if any(link.related_model in about for link in links(model))]
        if not reached:
            break
        about += reached
        left = [model for model in left if model not in reached]
    return _in_order(about)


def _in_order(found: Sequence[Model]) -> list[Model]:
    """What is led through first: a table comes after every table that its keys lead to."""
    placed: list[Model] = []
    left = list(found)
    while left:
        ready = [
            model
            for model in left
            if not any(link.related_model in left for link in links(model) if link.related_model is not model)
        ]
        placed += ready or left  # no circle is left out: its tables share one place
        left = [model for model in left if model not in placed]
    return placed


def goes(model: Model) -> bool:
    """Whether rows of this table are destroyed with the record they belong to."""
    row = declared()[model._meta.label]
    return row.retention in ("case", "technical") and model not in (Person, Case)


def blanks(model: Model) -> tuple[str, ...]:
    """Of a table whose rows stay, the columns that say something of the person."""
    return declared()[model._meta.label].blanked


class Found:
    """The keys of everything that belongs to one person, live rows and, with `copies`, rows that only copies know."""

    def __init__(self, person: int, *, copies: bool = True) -> None:
        self._copies = copies
        self.live: dict[Model, set[Any]] = {Person: {person}}
        self.known: dict[Model, set[Any]] = {Person: {person}}  # with those that only copies know of
        for model in about_people()[1:]:
            if goes(model) or blanks(model) or leads_on(model):
                self._look(model)

    def _look(self, model: Model) -> None:
        live: set[Any] = set()
        known: set[Any] = set()
        for link in links(model):
            parents = link.related_model
            live |= keys(model, link.attname, self.live.get(parents, ()), "pk")
            if self._copies and hasattr(model, "history"):
                pk = model._meta.pk.attname
                known |= keys(model.history.model, link.attname, self.known.get(parents, ()), pk)
        self.live[model], self.known[model] = live, live | known


def leads_on(model: Model) -> bool:
    """Whether another table is reached through this one."""
    return any(model in {link.related_model for link in links(other)} for other in about_people())


def keys(model: Model, column: str, values: Iterable[Any], wanted: str) -> set[Any]:
    found: set[Any] = set()
    for part in _parts(values):
        rows = model._base_manager.filter(**{f"{column}__in": part})
        found.update(rows.values_list(wanted, flat=True))
    return found


def _parts(values: Iterable[Any]) -> list[list[Any]]:
    ordered = sorted(values)
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]


def dispose(job: Running) -> dict[str, Any]:
    """The job: carry out what two people agreed on, if it is still due and nobody holds the record."""
    on = timezone.localdate(job.now())
    done = carry_out(job.arguments["disposal"], on)
    return {"disposal": job.arguments["disposal"], "done": done}


def carry_out(key: int, on: date) -> bool:
    """Destroy the record and write the certificate, or stop where it may no longer be; a second call does nothing."""
    with transaction.atomic():
        # The person first, as whoever places a hold does (cases.operations.retention).
        person = Disposal.objects.values_list("person", flat=True).get(pk=key)
        Person.objects.select_for_update().get(pk=person)
        rows = Disposal.objects.select_for_update(of=("self",)).select_related("council", "approved_by")
        disposal = rows.get(pk=key)
        if disposal.state != Disposal.State.APPROVED:
            return disposal.state == Disposal.State.DONE
        if disposal.person_id not in dues_of([disposal.person_id], disposal.council, on):
            disposal.state = Disposal.State.STOPPED
            disposal.version += 1
            disposal.save()
            return False
        _destroy(disposal, on)
    return True


def _destroy(disposal: Disposal, on: date) -> None:
    if disposal.approved_by is None:
        raise ValueError("nobody approved this")
    person, found = disposal.person_id, Found(disposal.person_id)
    words = set(SearchWord.objects.filter(person=person).values_list("word", flat=True))
    destroyed: dict[str, int] = defaultdict(int)
    blanked: dict[str, int] = {}
    digest = hashlib.sha256()
    _name_rows(disposal, found)
    for model in reversed(list(found.live)):
        if not goes(model):
            blanked |= _blank(model, found)
            continue
        for part in _parts(found.live[model]):
            # Round the collector and its signals: no row of it may leave a copy of itself behind.
            destroyed[model._meta.db_table] += model._base_manager.filter(pk__in=part)._raw_delete(
                connection.alias
            )
            for one in part:
                digest.update(f"{model._meta.db_table} {one}\n".encode())
        destroyed |= _forget_copies(model, found)
    destroyed |= _forget_copies(Case, found) | _forget_copies(Person, found)
    DisposalRow.objects.filter(disposal=disposal).delete()
    Case.objects.filter(person=person).update(disposed_on=on, version=F("version") + 1)
    Person.objects.filter(pk=person).update(
        reference=f"disposed-{person}", **NOBODY, version=F("version") + 1
    )
    search.refresh([person])
    _forget_spellings(disposal.council_id, words)
    DisposalCertificate.objects.create(
        disposal=disposal,
        council=disposal.council,
        destroyed_on=on,
        cases=sorted(found.live[Case]),
        rule=disposal.rule,
        due_on=disposal.due_on,
        proposed_by=disposal.proposed_by,
        approved_by=disposal.approved_by,
        destroyed={table: count for table, count in sorted(destroyed.items()) if count},
        blanked=blanked,
        digest=digest.hexdigest(),
    )
    disposal.state = Disposal.State.DONE
    disposal.version += 1
    disposal.save()


def _name_rows(disposal: Disposal, found: Found) -> None:
    """Name each row of an add-only table that goes; the database refuses unless two people agreed and nobody holds."""
    for model in found.live:
        table, pk = model._meta.db_table, model._meta.pk
        if table in DISPOSABLE:
            named = [
                DisposalRow(disposal=disposal, table=table, key=str(pk.get_db_prep_value(one, connection)))
                for one in sorted(found.live[model])
            ]
            DisposalRow.objects.bulk_create(named, batch_size=CHUNK)


def _blank(model: Model, found: Found) -> dict[str, int]:
    """Take the words about the person out of rows that stay."""
    columns = {name: _empty(model, name) for name in blanks(model)}
    if not columns:
        return {}
    count = sum(
        model._base_manager.filter(pk__in=part).update(**columns) for part in _parts(found.live[model])
    )
    _forget_copies(model, found)
    return {model._meta.db_table: count} if count else {}


def _empty(model: Model, name: str) -> Any:
    field = model._meta.get_field(name)
    return field.get_default() if isinstance(field, models.JSONField) else ""


def _forget_copies(model: Model, found: Found) -> dict[str, int]:
    """The copies of rows, those of rows that were removed long ago as well."""
    if not hasattr(model, "history"):
        return {}
    copies = model.history.model
    pk = model._meta.pk.attname
    count = sum(
        copies._base_manager.filter(**{f"{pk}__in": part})._raw_delete(connection.alias)
        for part in _parts(found.known[model])
    )
    return {copies._meta.db_table: count}


def _forget_spellings(council: int, words: set[str]) -> None:
    """How the person's names may be typed, where nobody else bears them."""
    names = {word for word in words if word[0] not in "@#"}
    borne = SearchWord.objects.filter(council=council, word__in=names).values_list("word", flat=True)
    search.let_go(council, names - set(borne))

"""Who sees which case, in organisations made at random: the database's answer against rules written out plainly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.figures import Figure, at_night, size
from tests.trust.worlds import FAULTS, Organisation, build, organisations
from tests.web.walk import nothing_kept

pytestmark = [pytest.mark.django_db, pytest.mark.at_a_change("sqlite", "postgresql")]

DRAWN = {
    "deadline": None,
    "database": None,
    "derandomize": not at_night(),
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


@pytest.mark.figure("random organisations in which the rule of sight and the plain rules agree")
def test_who_sees_what_is_what_the_plain_rules_say(db: None, figure: Figure):
    @settings(max_examples=size(change=60, night=10_000), **DRAWN)
    @given(organisations())
    def agree(world: Organisation) -> None:
        with nothing_kept():
            found = list(build(world).differences())
        figure.add(not found, "; ".join(found[:3]))

    agree()


@pytest.mark.at_a_change("sqlite")
@pytest.mark.figure("faults planted in the rule of sight, each noticed by random organisations")
def test_each_clause_of_the_rule_is_missed_when_it_is_gone(db: None, figure: Figure):
    waiting = {fault.name: fault for fault in FAULTS}

    @settings(max_examples=200, **{**DRAWN, "derandomize": True})
    @given(organisations())
    def look(world: Organisation) -> None:
        if not waiting:
            return
        with nothing_kept():
            built = build(world)
            for name, fault in list(waiting.items()):
                with fault.planted():
                    if next(built.differences(), None):
                        del waiting[name]

    look()
    for fault in FAULTS:
        figure.planted(fault.name, fault.name not in waiting)

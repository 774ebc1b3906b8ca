"""How the invented people are reached, what to beware of, who stands around them: no file of a bundle holds it.

Numbers are of the range that is kept for fiction, addresses of the domain that nobody can register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from random import Random
from typing import Any

from cases.models import Alert, Associate, Case, ContactPoint, User, VictimInformation
from justice.caseload.demonstration import names

NOTES = (
    "",
    "",
    "",
    "Do not leave messages",
    "Ring after 5pm",
    "Shares this phone with a relative: text first",
)
ALERTS = (
    (Alert.Kind.RISK_TO_STAFF, "Two workers at every meeting; no home visits"),
    (Alert.Kind.RISK_TO_STAFF, "Has threatened office staff: meet only at the main office"),
    (Alert.Kind.DOMESTIC_ABUSE, "Do not contact by the landline of the home"),
    (
        Alert.Kind.CHILD_PROTECTION,
        "A child of the household is on the register: tell children's services of absences",
    ),
    (Alert.Kind.SELF_HARM, "Ask how they are at every contact"),
    (Alert.Kind.MAPPA, "Level 1"),
)
NEEDS = (
    (Alert.Kind.ADJUSTMENT, "Reads little: go through letters together"),
    (Alert.Kind.ADJUSTMENT, "Interpreter needed"),
    (Alert.Kind.ADJUSTMENT, "Hearing aid on the left: sit on the right"),
    (Alert.Kind.ADJUSTMENT, "Appointments in the afternoon because of medication"),
    (Alert.Kind.HEALTH, "Asthma: no dusty work"),
    (Alert.Kind.HEALTH, "Epilepsy: not to work alone or with machines"),
)
RELATIONS = Associate.Relation
FAMILY = (RELATIONS.PARTNER, RELATIONS.FORMER_PARTNER, RELATIONS.PARENT, RELATIONS.SIBLING, RELATIONS.FRIEND)
AT_WORK = {
    RELATIONS.GP: "Millbrae Medical Practice",
    RELATIONS.HEALTH_WORKER: "Community Addiction Team",
    RELATIONS.SOLICITOR: "Larchgate and Company",
    RELATIONS.SUPPORT_WORKER: "Strathcairn Through the Gate",
    RELATIONS.HOUSING: "Strathcairn Housing",
    RELATIONS.SOCIAL_WORKER: "Children and Families",
}


def rows(cases: Iterable[Case], *, today: date, now: datetime, actor: User) -> Iterator[list[Any]]:
    """For each table, its rows for these cases: the same for the same cases and day."""
    rng = Random(20261124)  # noqa: S311  (invented people, and the same ones each time)
    invented = names.people(rng)
    told = {"recorded_at": now, "recorded_by": actor}
    points: list[ContactPoint] = []
    alerts: list[Alert] = []
    people: list[Associate] = []
    victims: list[VictimInformation] = []
    for case in cases:
        person, since = case.person, min(case.opened_on, today)
        points.append(_mobile(rng, case, since, told))
        if rng.random() < 0.4:
            address = f"{person.given_name}.{person.family_name}@example.invalid".lower().replace("-", "")
            agreed = rng.random() < 0.3
            points.append(
                ContactPoint(
                    person=person,
                    kind=ContactPoint.Kind.EMAIL,
                    value=address,
                    reminders=agreed,
                    agreed_on=since if agreed else None,
                    from_on=since,
                    **told,
                )
            )
        for chance, choice in ((0.11, ALERTS), (0.14, NEEDS)):
            if rng.random() < chance:
                kind, text = rng.choice(choice)
                alerts.append(Alert(person=person, kind=kind, text=text, from_on=since, **told))
        for _ in range(rng.choice((0, 1, 1, 2))):
            man, woman, family = next(invented)
            people.append(
                Associate(
                    person=person,
                    name=f"{rng.choice((man, woman))} {family}",
                    relation=rng.choice(FAMILY),
                    telephone=_number(rng) if rng.random() < 0.6 else "",
                    lives_with=rng.random() < 0.3,
                    from_on=None,
                    **told,
                )
            )
        for relation in rng.sample(sorted(AT_WORK), rng.choice((0, 1, 1, 2))):
            man, woman, family = next(invented)
            people.append(
                Associate(
                    person=person,
                    name=f"{rng.choice((man, woman))} {family}",
                    relation=relation,
                    organisation=AT_WORK[RELATIONS(relation)],
                    telephone=_number(rng),
                    from_on=since,
                    **told,
                )
            )
        if rng.random() < 0.05:
            man, woman, family = next(invented)
            victims.append(
                VictimInformation(
                    case=case,
                    name=f"{rng.choice((man, woman))[0]} {family[0]}",
                    relationship=rng.choice(("Former partner", "Neighbour", "Shopkeeper")),
                    wishes="Wants to be told of any change of address. Reached through the support worker only",
                    safety="Must not learn where the person works",
                    from_on=since,
                    **told,
                )
            )
    yield from (points, alerts, people, victims)


def _number(rng: Random) -> str:
    return f"07700 900 {rng.randrange(1000):03}"


def _mobile(rng: Random, case: Case, since: date, told: dict[str, Any]) -> ContactPoint:
    agreed = rng.random() < 0.7
    return ContactPoint(
        person=case.person,
        kind=ContactPoint.Kind.MOBILE,
        value=_number(rng),
        note=rng.choice(NOTES),
        preferred=True,
        reminders=agreed,
        agreed_on=since if agreed else None,
        from_on=since,
        **told,
    )

"""Which quarter, whose cases and as known on which day: what every page of figures reads from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from cases.models import COUNCIL_ROLES, TEAM_ROLES, Team, User
from justice.web.forms import Form, SelectField
from justice.web.views import number_in, today
from performance.domain.period import Quarter
from performance.figures import MEASURES, Scope
from performance.kpis import Kpi
from performance.tallies import Tally

OFFERED = 28  # quarters that the page offers: seven years; any other has its address
NARROWED_BY = ("locality", "team", "worker")


class QuarterConverter:
    """2025-26/q2 in an address."""

    regex = r"20\d{2}-\d{2}/q[1-4]"

    def to_python(self, value: str) -> Quarter:
        return Quarter.parse(value.replace("/q", "-Q"))

    def to_url(self, value: Quarter) -> str:
        return str(value).replace("-Q", "/q")


class MeasureConverter:
    """k1, first-contact in an address."""

    regex = r"[a-z][a-z0-9-]*"
    measures = {measure.slug: measure for measure in MEASURES}  # noqa: RUF012

    def to_python(self, value: str) -> Kpi | Tally:
        if value not in self.measures:
            raise ValueError(value)
        return self.measures[value]

    def to_url(self, value: Kpi | Tally) -> str:
        return value.slug


def latest_complete(on: date) -> Quarter:
    """The last quarter that had ended by the day before."""
    return Quarter.of(on).previous


class ChoiceForm(Form):
    """Quarter, locality, team and worker: works by GET, so that every choice has an address."""

    quarter = SelectField("Quarter", required=False)
    locality = SelectField("Locality", required=False)
    team = SelectField("Team", required=False)
    worker = SelectField("Worker", required=False)

    def __init__(
        self, query: QueryDict, quarter: Quarter, on: date, teams: list[Team], workers: list[User]
    ) -> None:
        super().__init__({**query.dict(), "quarter": str(quarter)}, auto_id="choice_%s")
        last = max(Quarter.of(on).key, quarter.key)
        recent = [Quarter.from_key(key) for key in range(last, last - OFFERED, -1)]
        localities = {team.locality_id: team.locality.name for team in teams}
        self._offer("quarter", [(str(one), f"{one.title} ({one.label})") for one in recent])
        self._offer("locality", sorted(localities.items(), key=lambda pair: pair[1]), "All localities")
        self._offer("team", [(team.pk, team.name) for team in teams], "All teams")
        self._offer("worker", [(user.pk, user.name) for user in workers], "All workers")

    def _offer(self, name: str, choices: list[tuple[object, str]], every: str = "") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = ([("", every)] if every else []) + [(str(key), words) for key, words in choices]


@dataclass(frozen=True)
class Choices:
    """What was chosen. A locality, team or worker of another council chooses nothing: the page is not found."""

    request: HttpRequest
    quarter: Quarter

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User) or user.council is None or user.role not in TEAM_ROLES | COUNCIL_ROLES:
            raise PermissionDenied
        return user

    @cached_property
    def teams(self) -> list[Team]:
        return list(Team.objects.visible_to(self.user).select_related("locality"))

    @cached_property
    def workers(self) -> list[User]:
        return list(User.objects.visible_to(self.user).filter(role__in=TEAM_ROLES))

    @cached_property
    def team_names(self) -> dict[int, str]:
        return {team.pk: team.name for team in self.teams}

    @cached_property
    def worker_names(self) -> dict[int, str]:
        return {user.pk: user.name for user in self.workers}

    @cached_property
    def as_of(self) -> date:
        """The day up to which facts are known: today, or the earlier day in the address."""
        text = self.request.GET.get("as_of", "")
        try:
            asked = date.fromisoformat(text) if text else today()
        except ValueError:
            raise Http404("no such day") from None
        return min(asked, today())

    @cached_property
    def scope(self) -> Scope:
        council = self.user.council
        if council is None:
            raise PermissionDenied
        return Scope(
            council,
            self.user,
            locality=self._key("locality", {team.locality_id for team in self.teams}),
            team=self._key("team", {team.pk for team in self.teams}),
            worker=self._key("worker", {user.pk for user in self.workers}),
        )

    def _key(self, name: str, known: set[int]) -> int | None:
        text = self.request.GET.get(name, "")
        if not text:
            return None
        if number_in(text) not in known:
            raise Http404(f"no such {name}")
        return number_in(text)

    @property
    def form(self) -> ChoiceForm:
        return ChoiceForm(self.request.GET, self.quarter, today(), self.teams, self.workers)

    @property
    def query(self) -> str:
        """The choices as the end of an address, without the quarter, which stands in its path."""
        kept = QueryDict(mutable=True)
        for name in (*NARROWED_BY, "as_of"):
            if value := self.request.GET.get(name):
                kept[name] = value
        return f"?{kept.urlencode()}" if kept else ""

    @property
    def whose(self) -> str:
        """Whose cases these are, in words."""
        parts = []
        if self.scope.worker:
            parts.append(self.worker_names[self.scope.worker])
        if self.scope.team:
            parts.append(self.team_names[self.scope.team])
        if self.scope.locality:
            parts.append(next(t.locality.name for t in self.teams if t.locality_id == self.scope.locality))
        if not parts:
            parts.append("Whole council" if self.user.role in COUNCIL_ROLES else "The cases you may see")
        return ", ".join(parts)

    def link(self, name: str, *args: object) -> str:
        """A page of the same quarter and choices."""
        return reverse(name, args=[self.quarter, *args]) + self.query

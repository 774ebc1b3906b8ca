"""One page for each change to how a person is reached, to who stands around them, and to victim information."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from cases import forms, operations, permissions
from cases.models import Associate, Case, ContactPoint, VictimInformation, VictimReader
from justice.web.views import OperationView, today


class Around(OperationView):
    """A form about contact details or people, which goes back to their page."""

    returns_to = "people_around"

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}


class AddContactPoint(Around):
    operation = "add_contact_point"
    call = staticmethod(operations.add_contact_point)
    title = "Add contact details"
    form_class = forms.ContactPointForm
    done = "The contact details were added"


class OfContactPoint(Around):
    def root(self) -> ContactPoint:
        rows = ContactPoint.objects.visible_to(self.request.user).present()
        return get_object_or_404(rows, pk=self.kwargs["point"], person=self.case.person)

    def about(self) -> dict[str, Any]:
        return {**super().about(), "point": self.root()}


class AmendContactPoint(OfContactPoint):
    operation = "amend_contact_point"
    call = staticmethod(operations.amend_contact_point)
    title = "Change contact details"
    form_class = forms.AmendContactPointForm
    done = "The contact details were changed"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": self.root().kind}

    def get_initial(self) -> dict[str, Any]:
        row = self.root()
        names = ("value", "note", "preferred", "reminders", "agreed_on")
        return {name: getattr(row, name) for name in names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = "Put a slip right, or the person's word about reminders. If they have a new number, end this and add it"
        return {
            "caption": self.root().get_kind_display(),
            "intro": intro,
            **super().get_context_data(**kwargs),
        }


class EndContactPoint(OfContactPoint):
    operation = "end_contact_point"
    call = staticmethod(operations.end_contact_point)
    title = "End contact details"
    button = "End them"
    form_class = forms.EndForm
    done = "The contact details have ended; they stay on the record"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.root()
        return {"intro": f"{row.get_kind_display()}: {row.value}", **super().get_context_data(**kwargs)}


class AddAssociate(Around):
    operation = "add_associate"
    call = staticmethod(operations.add_associate)
    title = "Add somebody around them"
    form_class = forms.AssociateForm
    done = "They were added"


class OfAssociate(Around):
    def root(self) -> Associate:
        rows = Associate.objects.visible_to(self.request.user).present()
        return get_object_or_404(rows, pk=self.kwargs["associate"], person=self.case.person)

    def about(self) -> dict[str, Any]:
        return {**super().about(), "associate": self.root()}


class AmendAssociate(OfAssociate):
    operation = "amend_associate"
    call = staticmethod(operations.amend_associate)
    title = "Change what is known of somebody"
    form_class = forms.AssociateForm
    done = "What is known of them was changed"

    def get_initial(self) -> dict[str, Any]:
        row = self.root()
        names = ("name", "relation", "lives_with", "organisation", "telephone", "note", "from_on")
        return {name: getattr(row, name) for name in names}


class EndAssociate(OfAssociate):
    operation = "end_associate"
    call = staticmethod(operations.end_associate)
    title = "Somebody is no longer around them"
    button = "End it"
    form_class = forms.EndForm
    done = "It has ended; it stays on the record"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.root()
        return {"intro": f"{row.get_relation_display()}: {row.name}", **super().get_context_data(**kwargs)}


class AboutVictims(OperationView):
    """A form about victims: for anybody else than cases.permissions says, it does not exist."""

    returns_to = "victims"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if hasattr(self, "case") and not permissions.may_see_victims(request.user, self.case):
            raise Http404


class AddVictimInformation(AboutVictims):
    page = "victims: add"
    operation = "add_victim_information"
    call = staticmethod(operations.add_victim_information)
    title = "Add victim information"
    form_class = forms.VictimForm
    done = "The victim information was added"

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "today": today()}


class OfVictim(AboutVictims):
    def root(self) -> VictimInformation:
        rows = VictimInformation.objects.visible_to(self.request.user).filter(to_on=None)
        return get_object_or_404(rows, pk=self.kwargs["victim"], case=self.case)

    def about(self) -> dict[str, Any]:
        return {"case": self.case, "victim": self.root()}


class AmendVictimInformation(OfVictim):
    page = "victims: change"
    operation = "amend_victim_information"
    call = staticmethod(operations.amend_victim_information)
    title = "Change victim information"
    form_class = forms.AmendVictimForm
    done = "The victim information was changed"

    def get_initial(self) -> dict[str, Any]:
        row = self.root()
        return {name: getattr(row, name) for name in ("name", "relationship", "wishes", "safety")}


class EndVictimInformation(OfVictim):
    page = "victims: end"
    operation = "end_victim_information"
    call = staticmethod(operations.end_victim_information)
    title = "End victim information"
    button = "End it"
    form_class = forms.EndForm
    done = "It has ended; it stays on the record under the same rule"

    def about(self) -> dict[str, Any]:
        return {**super().about(), "today": today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"intro": self.root().name, **super().get_context_data(**kwargs)}


class NameVictimReaders(AboutVictims):
    page = "victims: who may see"
    operation = "name_victim_readers"
    call = staticmethod(operations.name_victim_readers)
    title = "Name who else may see victim information"
    form_class = forms.VictimReadersForm
    done = "Who may see it was saved"

    def root(self) -> Case:
        return self.case

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        readers = VictimReader.objects.visible_to(self.request.user).filter(case=self.case)
        return {"named": [row.user_id for row in readers]}

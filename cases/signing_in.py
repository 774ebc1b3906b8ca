"""Who signs in: read afresh at each request, with the council they work for."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from cases.models import User


class StaffBackend(ModelBackend):
    """Django's own, and in the one query of each request the council that every page names."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("council").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

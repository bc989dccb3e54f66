"""Log-in by user name and password. Rights are not asked here: they come from the authority table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from zhixing.casework.people.models import Person


class PeopleBackend(BaseBackend):
    """Checks the password of an active person; an unknown name costs the same time as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Person | None:
        if username is None or password is None:
            return None
        person = Person.objects.filter(username=username).first()
        if person is None:
            Person().set_password(password)
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: int) -> Person | None:
        """The active person of a session, with the court; None when gone or barred."""
        return Person.objects.select_related("court").filter(pk=user_id, is_active=True).first()

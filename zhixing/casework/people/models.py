"""People and the posts that a court assigns them to, with stand-ins. A person never belongs to a desk for ever."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class PersonManager(BaseUserManager["Person"]):
    """How Django finds and makes people."""
    def get_by_natural_key(self, username: str | None) -> Person:
        """The person of a user name, with the court; raises DoesNotExist."""
        return self.select_related("court").get(username=username)


class Person(AbstractBaseUser):
    """An account of a member of a court's staff. Rights come from `Assignment` alone."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    court = models.ForeignKey("casework.Court", models.PROTECT, related_name="people")
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("建立时间", null=True)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "username"

    class Meta:
        db_table = "person"

    def __str__(self) -> str:
        return self.name


def in_force(on: date) -> Q:
    """Which assignments count on a day."""
    return Q(Q(until_on__isnull=True) | Q(until_on__gte=on), from_on__lte=on, revoked_at__isnull=True)


class Assignment(models.Model):
    """A person holds a post (role of the regulation) from a day until a day; `stand_in_for` names whom they replace.

    A post taken away counts from that moment as not held: the row stays, with `revoked_at`.
    """

    court = models.ForeignKey("casework.Court", models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    role = models.CharField("岗位", max_length=40)
    team = models.CharField("团队", max_length=40, blank=True)
    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True, blank=True)
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True, editable=False)
    stand_in_for = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="stood_in_by")

    class Meta:
        db_table = "assignment"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="assignment_ends_after_it_begins",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(stand_in_for__isnull=True) | ~Q(stand_in_for=F("person")),
                name="nobody_stands_in_for_themselves",
                violation_error_message="代理人不能是本人。",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "team", "from_on"],
                condition=Q(revoked_at__isnull=True),
                name="one_assignment_per_post_and_day",
                violation_error_message="这个人已经在这一天起担任这个岗位。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["court", "role"], name="assignment_court_role")]

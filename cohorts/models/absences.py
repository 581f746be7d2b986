"""Absences of recruiters, and who stands in for them."""

from datetime import date
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import Membership, User
from partnership.states import Role

from .intakes import RECRUITMENT

_DAYS = Func("since", "until", Value("[]"), function="daterange", output_field=DateRangeField())


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> "AbsenceQuerySet":
        return self.filter(since__lte=day, until__gte=day)

    def stand_ins(self, day: date) -> dict[UUID, UUID]:
        """Who does whose work on a day (keys): whoever stands in for an absent one, or for who stands in for them."""
        covers = dict(self.on(day).values_list("user", "cover"))
        found = {}
        for absent in covers:
            last, passed = covers[absent], {absent}
            while last in covers and last not in passed:
                passed.add(last)
                last = covers[last]
            # Two who stand in for each other keep their own work.
            found[absent] = absent if last in passed else last
        return found

    def lasting(self) -> "AbsenceQuerySet":
        """Under way, or to come."""
        return self.filter(until__gte=clock.today())

    def visible_to(self, user: User) -> "AbsenceQuerySet":
        """One's own, those in which one stands in, and for a head those of whoever recruits in their zones."""
        theirs = Q(user=user) | Q(cover=user)
        if not user.has_role(Role.HEAD_OF_RECRUITMENT):
            return self.filter(theirs)
        zones = user.zones_as(Role.HEAD_OF_RECRUITMENT)
        team = Membership.objects.current().filter(role__in=RECRUITMENT)
        if zones is not None:
            team = team.filter(Q(zone__in=zones) | Q(zone=None))
        return self.filter(theirs | Q(user__in=team.values("user")))


class Absence(models.Model):
    """A recruiter is away, and a colleague stands in: what is due in their files is shown to the colleague."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences", verbose_name=_("person"))
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    cover = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("stands in"))
    planned_at = models.DateTimeField(editable=False)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(name="an_absence_ends_after_it_began", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(name="nobody_stands_in_for_themselves", condition=~Q(cover=F("user"))),
            ExclusionConstraint(
                name="one_absence_a_person_and_day",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (_DAYS, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.since:%d/%m/%Y} – {self.until:%d/%m/%Y}"

    @property
    def about(self) -> str:
        return f"partnership.user:{self.user_id}"

"""What becomes of a placement under way: it changes within its company, and its student is followed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.states import Role

from ..states import CHECK_INS, Signal, VisitKind
from .hosts import HostSite
from .placements import Placement
from .tutors import Tutor


class Amendment(models.Model):
    """A change of site or tutor inside the company of a placement: not a break."""

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="amendments", verbose_name=_("placement"), editable=False
    )
    from_site = models.ForeignKey(HostSite, models.PROTECT, related_name="+", verbose_name=_("former site"))
    to_site = models.ForeignKey(HostSite, models.PROTECT, related_name="+", verbose_name=_("new site"))
    from_tutor = models.ForeignKey(Tutor, models.PROTECT, null=True, related_name="+", verbose_name=_("former tutor"))
    to_tutor = models.ForeignKey(Tutor, models.PROTECT, null=True, related_name="+", verbose_name=_("new tutor"))
    from_on = models.DateField(_("from"))
    amended_at = models.DateTimeField(_("recorded on"))
    amended_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-amended_at"]
        constraints = [
            models.CheckConstraint(
                name="an_amendment_changes_something",
                # Of two tutors that are both unknown nothing has changed.
                condition=~Q(from_site=F("to_site"))
                | (Q(to_tutor__isnull=False) & (Q(from_tutor__isnull=True) | ~Q(from_tutor=F("to_tutor"))))
                | Q(to_tutor__isnull=True, from_tutor__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.placement}, {self.from_on}"

    @property
    def about(self) -> str:
        return self.placement.about


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> "VisitQuerySet":
        """A lead sees the follow-up of the placements on the sites of their zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(placement__seat__site__zone__in=zones)

    def planned(self) -> "VisitQuerySet":
        return self.filter(done_at__isnull=True)

    def done(self) -> "VisitQuerySet":
        return self.filter(done_at__isnull=False)


class Visit(models.Model):
    """A visit, check-in or call about a student under way: planned, then done. What is merely due has no row."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="visits", verbose_name=_("placement"))
    kind = models.CharField(_("kind"), max_length=8, choices=VisitKind.choices)
    due_on = models.DateField(_("date"))
    done_on = models.DateField(_("done on"), null=True)
    done_at = models.DateTimeField(_("recorded on"), null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    signal = models.CharField(_("impression"), max_length=9, choices=Signal.choices, blank=True)
    notes = models.CharField(_("notes"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "kind"], condition=Q(kind__in=CHECK_INS), name="a_check_in_is_held_once"
            ),
            models.UniqueConstraint(
                fields=["placement", "kind"], condition=Q(done_at__isnull=True), name="one_planned_visit_a_kind"
            ),
            models.CheckConstraint(
                name="a_visit_done_has_a_date_a_hand_and_an_impression",
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_on__isnull=True, signal="")
                | (Q(done_at__isnull=False, done_by__isnull=False, done_on__isnull=False) & ~Q(signal="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.placement}"

    @property
    def about(self) -> str:
        return self.placement.about

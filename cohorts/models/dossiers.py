"""What is asked of somebody once their place is confirmed."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Candidate

OF_AGE = 18


def age_on(day: date, *, born_on: date) -> int:
    """The age, in whole years, on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def may_be_minor(day: date, *, year: int, month: int) -> bool:
    """Whether somebody born in that month may be under age on a day: until the month is over, nobody knows."""
    return day.year - year - (day.month <= month) < OF_AGE


class Dossier(models.Model):
    """Where a student lives, when they were born, and who answers for a minor; it is the person's, in every file."""

    candidate = models.OneToOneField(Candidate, models.CASCADE, primary_key=True, related_name="dossier")
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField(_("filled in on"))
    born_on = models.DateField(_("date of birth"))
    street = models.CharField(_("number and street"), max_length=160)
    postcode = models.CharField(_("postcode"), max_length=10)
    town = models.CharField(_("town"), max_length=80)
    guardian_name = models.CharField(_("guardian"), max_length=120, blank=True)
    guardian_phone = models.CharField(_("telephone of the guardian"), max_length=16, blank=True)
    guardian_email = models.EmailField(_("e-mail of the guardian"), blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_phone = models.CharField(_("telephone of the contact person"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    def __str__(self) -> str:
        return str(self.candidate)


def is_minor(candidate: Candidate, day: date) -> bool:
    """Whether somebody is under age on a day; until the month of their birth is over, where the day is not known."""
    dossier = Dossier.objects.filter(candidate=candidate).only("born_on").first()
    return is_minor_by(candidate, dossier, day)


def is_minor_by(candidate: Candidate, dossier: Dossier | None, day: date) -> bool:
    """The same, of somebody whose dossier, if there is one, has been read already."""
    if dossier is not None:
        return age_on(day, born_on=dossier.born_on) < OF_AGE
    if not candidate.birth_year:
        return False
    return may_be_minor(day, year=candidate.birth_year, month=candidate.birth_month or 12)

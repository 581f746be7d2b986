"""How many files each cohort has: what triggers note as files come, move and go, so that nobody counts a million."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .intakes import Cohort


class Headcount(models.Model):
    """Files of a cohort that are alike: so many, or so many more or fewer since; all lines add up. Drafts are not here.

    Whoever moves a file adds lines and changes none: nobody waits for anybody. Now and then the files are counted
    again, and that count takes the place of the lines before it (services/headcounts.py).
    """

    # No foreign key in the database: its check would hold the cohort's row, for which whoever offers a place waits.
    cohort = models.ForeignKey(
        Cohort, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, verbose_name=_("cohort")
    )
    state = models.CharField(_("state"), max_length=20)
    left_from = models.CharField(max_length=20, blank=True)
    was_submitted = models.BooleanField()
    was_offered = models.BooleanField()
    number = models.IntegerField()
    is_change = models.BooleanField()

    class Meta:
        verbose_name = _("headcount")
        verbose_name_plural = _("headcounts")

    def __str__(self) -> str:
        return f"{self.state} {self.number:{'+' if self.is_change else ''}}"

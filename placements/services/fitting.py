"""Whether a student's rhythm and age fit the hours of a site: asked by whoever places or moves somebody."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts import minors, rhythm
from cohorts import services as recruitment
from cohorts.models import Dossier, Enrolment, age_on, is_minor_by
from partnership.workflow import Refused

from ..models import HostSite

# Of an unknown day of birth the law's milder bound is not presumed.
YOUNGEST = 16
_ORDINARY_WEEK = frozenset(range(5))
BY_THE_HOST = gettext_lazy("The host has chosen, knowing its hours.")


class Clash(Refused):
    """Days in the company on which the site does not work: placed all the same only for a written reason."""

    def __init__(self, sentences: Iterable[str]):
        self.sentences = [str(sentence) for sentence in sentences]
        told = _("The site does not work on days that the student spends in the company.")
        super().__init__(" ".join([told, *self.sentences, _("Write why it works all the same.")]))


def check_hours(enrolment: Enrolment, site: HostSite, *, reason: str = "") -> str:
    """The reason to keep with the placement, empty where hours fit; nothing is asked of a site whose hours are unknown.

    Refused for a minor who could not lawfully work there (Code du travail, L3162-1 and what follows: each sentence
    names its article); Clash where the site is closed on company days and nobody has written why it works.
    """
    hours = [rhythm.Opening(row.weekday, row.opens, row.closes) for row in site.opening_hours.all()]
    if not hours:
        return ""
    calendar = recruitment.calendar_of(enrolment.application.cohort)
    age = age_of_a_minor(enrolment)
    if age is not None:
        company = calendar.company_weekdays if calendar else _ORDINARY_WEEK
        barred = [limit for limit in minors.limits(hours, company_days=company, age=age) if limit.is_refusal]
        if barred:
            raise Refused(" ".join(str(limit.sentence) for limit in barred))
    clashes = rhythm.clashes(calendar, hours) if calendar else []
    if clashes and not reason:
        raise Clash(clash.sentence for clash in clashes)
    return reason if clashes else ""


def age_of_a_minor(enrolment: Enrolment) -> int | None:
    """The age, in whole years, at the start of the intake, of whoever is a minor then; None of everybody else.

    Without the day of birth, somebody who may still be a minor is taken to be sixteen.
    """
    candidate, day = enrolment.application.candidate, enrolment.application.intake.starts_on
    dossier = Dossier.objects.filter(candidate=candidate).only("born_on").first()
    if not is_minor_by(candidate, dossier, day):
        return None
    return age_on(day, born_on=dossier.born_on) if dossier else YOUNGEST

"""A certificate, its five blocks and its students, for the tests of what is taken beside one's work."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from cohorts import services
from cohorts.models import Cohort, CourseDay, Enrolment
from cohorts.states import EnrolmentState
from partnership import clock
from partnership.models import User
from programmes.models import Curriculum, Module, Programme
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

# Domain facts, §6.4: 182 hours in 26 days of seven.
BLOCKS = {
    "Stratégie et pilotage économique": 42,
    "Dimensionnement, planification, qualité": 42,
    "Management et gestion sociale": 42,
    "Technologies": 28,
    "Conformité, conduite de projet, mémoire": 28,
}


def certificate(slug: str = "directeur", **fields: Any) -> Programme:
    """The programme alone."""
    return factories.programme(
        slug,
        **fields,
        kind=ProgrammeKind.SCHOOL_CERTIFICATE,
        title="Certificat de maîtrise de compétences « Directeur de centres de clientèle »",
        short_title="Certificat de directeur",
        hours=sum(BLOCKS.values()),
        quorum=1,
    )


def content(of: Programme, *, state: str = CurriculumState.VALIDATED) -> Curriculum:
    """A version of five blocks; the first has two modules, the last no name of its own."""
    made = factories.curriculum(of, state=CurriculumState.DRAFT, modules=0)
    modules: list[dict[str, Any]] = []
    for place, (name, hours) in enumerate(BLOCKS.items(), start=1):
        halves = [hours // 2, hours - hours // 2] if place == 1 else [hours]
        for half, part in enumerate(halves, start=1):
            title = f"{name}, partie {half}" if place == 1 else name
            modules.append({"block": "" if place == len(BLOCKS) else name, "title": title, "hours": part})
    for order, fields in enumerate(modules, start=1):
        Module.objects.create(curriculum=made, order=order, objectives="…", content="…", **fields)
    changes: dict[str, Any] = {"state": state}
    if state != CurriculumState.DRAFT:
        changes |= {"submitted_at": clock.now(), "submitted_by": made.created_by}
    if state == CurriculumState.VALIDATED:
        changes |= {"decided_at": clock.now(), "decided_by": factories.user(party_code="smt")}
        changes["content_hash"] = made.text_hash()
    Curriculum.objects.filter(pk=made.pk).update(**changes)
    made.refresh_from_db()
    return made


def cohort(zone: str = "lyon", *, begun: bool = True, starts_on: date | None = None, **fields: Any) -> Cohort:
    """A cohort of the certificate whose first day was a month ago, or will be in three; the rest is its programme’s."""
    programme = certificate(**fields)
    version = programme.curricula.first() or content(programme)
    today = clock.today()
    starts_on = starts_on or clock.today().fromordinal(today.toordinal() + (-30 if begun else 90))
    return factories.cohort(zone, of=factories.intake(programme, starts_on=starts_on), content=version, capacity=40)


def student(in_cohort: Cohort, *, state: str = EnrolmentState.PRESENT, **fields: Any) -> Enrolment:
    """Somebody who has confirmed, and has come unless the state says otherwise."""
    person = fields.pop("of", None) or factories.candidate(birth_year=1985)
    made = factories.enrolment(in_cohort, of=person, employer_name="Contact (fictif)", **fields)
    if state != EnrolmentState.EXPECTED:
        seen = {"present_at": clock.now(), "present_by": factories.user()}
        Enrolment.objects.filter(pk=made.pk).update(state=state, **seen)
        made.refresh_from_db()
    return made


def day(in_cohort: Cohort, when: date, *, block: str = "Technologies", by: User | None = None) -> CourseDay:
    """A day of seven hours, planned by whoever recruits."""
    said = {"begins": time(9), "ends": time(17), "hours": Decimal(7), "place": "Campus, salle 4"}
    by = by or factories.user()
    return services.plan_days(in_cohort, [when], block=block, by=by, **said)[0]

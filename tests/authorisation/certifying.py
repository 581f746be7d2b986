"""What a certificate keeps in each zone: a part-time cohort, its days of class, a student with a block."""

from datetime import time, timedelta
from decimal import Decimal

from cohorts import services as recruitment
from cohorts.models import Enrolment
from cohorts.states import FOLLOW, EnrolmentState
from partnership import clock, links
from partnership.models import ref
from programmes.models import Programme
from programmes.states import ProgrammeKind

from .. import factories
from .recruiting import person
from .world import LYON, RECRUITER, World, marker


def certify(world: World, zone: str, milestone: object) -> None:
    """A cohort that has begun, with somebody present who has acquired the first of two blocks."""
    by = world.people[RECRUITER]
    known = Programme.objects.filter(slug="cdc").first()
    programme = known or factories.programme(
        "cdc", milestone=milestone, kind=ProgrammeKind.SCHOOL_CERTIFICATE, short_title="CDC"
    )
    content = programme.curricula.first() or factories.curriculum(programme)
    intake = factories.intake(programme, starts_on=clock.today() - timedelta(days=20))
    cohort = factories.cohort(zone, of=intake, content=content)
    student = factories.enrolment(cohort, of=person(zone, "certificat"), employer_name=marker(zone, "jeune"))
    Enrolment.objects.filter(pk=student.pk).update(state=EnrolmentState.PRESENT, present_at=clock.now(), present_by=by)
    first, second = content.modules.values_list("title", flat=True)
    ticked = [(student.pk, first)]
    recruitment.record_blocks(cohort, acquired=ticked, taken_back=[], on=clock.today(), by=by)
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    while recruitment.is_closed(monday):
        monday += timedelta(days=7)
    said = {"begins": time(9), "ends": time(17), "hours": Decimal(7), "place": f"Salle {marker(zone, 'jeune')}"}
    (day,) = recruitment.plan_days(cohort, [monday], block=first, by=by, **said)
    world.things |= {
        ("certificate cohort", zone): {"pk": cohort.pk},
        ("day of class", zone): {"pk": cohort.pk, "day": day.pk},
        ("certificate student", zone): {"pk": student.application_id},
    }
    planned = {"block": second, "begins": "18:00", "ends": "20:00", "hours": "2", "place": "Campus"}
    world.answers["cohorts:course_plan", zone] = planned | {"day_1": monday.isoformat()}
    box = f"{student.pk}:1"
    world.answers["cohorts:block_list", zone] = {"acquired": box, "on": clock.today().isoformat()}
    if zone == LYON:
        world.things["certificate by link", LYON] = {"token": links.mint(FOLLOW, ref(student.application))}

"""Two cohorts of the certificate, from the first application to the last certificate, under a travelled clock."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from cohorts import measures, services
from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import FOLLOW, ApplicationState, EnrolmentState
from partnership import board, clock, links
from partnership import measures as figures
from partnership.models import Milestone, ref
from partnership.states import MilestoneStatus, Role
from partnership.workflow import Refused
from placements import services as placing
from programmes import services as teaching
from programmes.states import CurriculumState, Opinion
from tests import factories
from tests.cohorts import certificates
from tests.cohorts.certificates import BLOCKS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("promises_hold")]
YEAR = 2027
NAMES = [*BLOCKS]
STARTS = {"paris": date(YEAR + 1, 1, 13), "lyon": date(YEAR + 1, 1, 13)}
# Who applies in each zone: one declines, one leaves after two blocks, one does not come, the rest are certified.
APPLICANTS = {"paris": 8, "lyon": 5}


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), clock.PARIS)


class Certificate:
    """The certificate's year: its team, its content, its two cohorts."""

    def __init__(self) -> None:
        with clock.travel(at(date(YEAR, 3, 28))):
            convention = factories.convention()
            # The diploma comes first; the certificate is the second of the convention's milestones.
            self.milestone = factories.milestone(convention, order=2, finalise_by=date(YEAR, 12, 31))
            factories.objective(milestone=self.milestone, measure="confirmed", target=9)
            self.programme = certificates.certificate()
            self.programme.milestone = self.milestone
            self.programme.save(update_fields=["milestone"])
            self.recruiter = factories.user(Role.RECRUITER, name="Claire Devaux")
            self.reviewer = factories.user(Role.REVIEWER, party_code="smt")
            author = factories.user(Role.AUTHOR)
            self.content = certificates.content(self.programme, state=CurriculumState.DRAFT)
            teaching.submit(self.content, by=author)
            intake = factories.intake(self.programme, starts_on=STARTS["paris"])
            self.cohorts: dict[str, Cohort] = {
                code: factories.cohort(code, of=intake, content=self.content, capacity=12, **self.dates())
                for code in APPLICANTS
            }

    def dates(self) -> dict[str, date]:
        return {"applications_from": date(YEAR, 6, 8), "applications_until": date(YEAR, 11, 30)}

    def identity(self, number: int, **said: object) -> dict[str, object]:
        known = {"first_name": f"Prénom{number}", "last_name": f"Fictif{number}", "phone": f"+33199000{number:03d}"}
        known |= {"email": f"cadre{number}@exemple.test", "birth_year": 1985, "birth_month": 5, "postcode": "75015"}
        return known | {"commune": factories.commune("paris")} | said

    def applies(self, zone: str, number: int, **said: object) -> Application:
        draft = services.begin(
            self.cohorts[zone], submit_key=uuid4(), identity=self.identity(number, **said), language="fr"
        )
        career = {"employer_name": f"Contact {number} (fictif)", "employer_siret": "", "job": "Responsable de plateau"}
        career |= {"management_years": 5, "funding": "opco", "class_days": "jeudis", "source": "web"}
        project = career | {"has_employer": True}
        services.describe_project(draft, cohort=self.cohorts[zone], other_zones=[], project=project)
        services.submit(draft, consents=[], notice_version="2026-11-26")
        return draft

    def counted(self, key: str) -> int:
        """A figure of the milestone, in all zones."""
        cells = figures.counts(None, self.milestone.convention)[key]
        return sum(n for (milestone, _zone), n in cells.items() if milestone == self.milestone.pk)

    def status(self, day: date) -> MilestoneStatus:
        """What the board says of the milestone on a day."""
        milestone = Milestone.objects.prefetch_related("objectives", "commitments").get(pk=self.milestone.pk)
        counts = figures.counts(None, milestone.convention)
        return board.card_of(milestone, counts, signed_on=date(YEAR, 3, 28), today=day).standing.status


def sql(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def figures_are_what_sql_counts(certificate: Certificate) -> None:
    """Each figure counted by hand, from the tables alone."""
    of = "FROM cohorts_application a JOIN cohorts_intake i ON i.id = a.intake_id WHERE a.state <> 'draft'"
    of += f" AND i.programme_id = {certificate.programme.pk}"
    enrolled = "EXISTS (SELECT 1 FROM cohorts_enrolment e WHERE e.application_id = a.id AND %s)"
    with_block = "EXISTS (SELECT 1 FROM cohorts_acquiredblock b WHERE b.enrolment_id = e.id)"
    no_content = "NOT EXISTS (SELECT 1 FROM programmes_curriculum c WHERE c.programme_id = i.programme_id"
    no_content += " AND c.state = 'validated')"
    waits = "a.state IN ('submitted', 'interview_scheduled', 'no_show', 'interviewed', 'waitlisted')"
    conditions = {
        "contacts": "true",
        "applied": "a.submitted_at IS NOT NULL",
        "admitted": "a.offered_curriculum_id IS NOT NULL",
        "confirmed": "a.state = 'confirmed'",
        "present": enrolled % "e.present_at IS NOT NULL",
        "with_block": enrolled % with_block,
        "certified": enrolled % "e.state = 'completed'",
        "waiting_for_content": f"{waits} AND {no_content}",
    }
    assert {*conditions} == {*measures.CONDITIONS}
    for key, condition in conditions.items():
        assert certificate.counted(key) == sql(f"SELECT count(*) {of} AND {condition}"), key


def test_two_cohorts_of_the_certificate_from_the_application_to_the_attestation(client):
    certificate = Certificate()
    files = apply_while_the_content_is_under_review(certificate)
    nobody_is_let_in_by_another_door(certificate, files)
    validate_the_content(certificate)
    admit_on_file(certificate, files)
    plan_and_begin(certificate, files)
    acquire_block_by_block(certificate, files)
    the_student_takes_the_attestation(client, files)


def apply_while_the_content_is_under_review(certificate: Certificate) -> dict[str, list[Application]]:
    files: dict[str, list[Application]] = {zone: [] for zone in APPLICANTS}
    number = 0
    for zone, how_many in APPLICANTS.items():
        for _n in range(how_many):
            number += 1
            with clock.travel(at(date(YEAR, 9, 1) + timedelta(days=number))):
                files[zone].append(certificate.applies(zone, number))
    with clock.travel(at(date(YEAR, 10, 1))):
        assert certificate.counted("waiting_for_content") == 13
        # The gate: no offer before the profession has validated the content.
        with pytest.raises(Refused):
            services.admit(Application.objects.get(pk=files["paris"][0].pk), by=certificate.recruiter)
        assert certificate.status(date(YEAR, 10, 1)) == MilestoneStatus.AT_RISK
        figures_are_what_sql_counts(certificate)
    return files


def nobody_is_let_in_by_another_door(certificate: Certificate, files: dict[str, list[Application]]) -> None:
    """A minor, the waiting list, a host place: refused."""
    with clock.travel(at(date(YEAR, 10, 2))):
        with pytest.raises(Refused):
            certificate.applies("paris", 99, birth_year=YEAR - 16)
        with pytest.raises(Refused):
            services.waitlist(again(files["lyon"][0]), by=certificate.recruiter)
        with pytest.raises(Refused):
            placing.open_seats(factories.site(), certificate.cohorts["lyon"].intake, number=1, by=certificate.recruiter)
        figures_are_what_sql_counts(certificate)


def validate_the_content(certificate: Certificate) -> None:
    with clock.travel(at(date(YEAR, 10, 11))):
        for module in certificate.content.modules.all():
            teaching.review_module(
                module,
                opinion=Opinion.FAVOURABLE,
                comment="",
                text_hash=module.text_hash(),
                by=certificate.reviewer,
            )
        certificate.content.refresh_from_db()
        assert certificate.content.state == CurriculumState.VALIDATED
        assert certificate.counted("waiting_for_content") == 0


def again(file: Application) -> Application:
    return Application.objects.select_related("candidate", "intake__programme", "cohort__zone").get(pk=file.pk)


def admit_on_file(certificate: Certificate, files: dict[str, list[Application]]) -> None:
    for zone, theirs in files.items():
        for place, file in enumerate(theirs):
            with clock.travel(at(date(YEAR, 10, 13))):
                services.admit(again(file), by=certificate.recruiter)
            with clock.travel(at(date(YEAR, 10, 14), 20)):
                answered = again(file)
                if place == 0:
                    services.decline(answered, reason="job", by=answered.candidate)
                else:
                    services.confirm(answered, by=answered.candidate)
        assert (
            certificate.cohorts[zone].applications.filter(state=ApplicationState.CONFIRMED).count() == len(theirs) - 1
        )
    with clock.travel(at(date(YEAR, 10, 15))):
        # Eleven confirmed of nine, and the content validated.
        assert certificate.status(date(YEAR, 10, 15)) == MilestoneStatus.DONE
        figures_are_what_sql_counts(certificate)


def plan_and_begin(certificate: Certificate, files: dict[str, list[Application]]) -> None:
    said = {"begins": time(9), "ends": time(17), "hours": Decimal(7), "place": "Campus, salle 4"}
    for cohort in certificate.cohorts.values():
        day = STARTS["paris"]
        with clock.travel(at(date(YEAR, 12, 1))):
            for name, hours in BLOCKS.items():
                days = []
                while len(days) < hours // 7:
                    if not services.is_closed(day):
                        days.append(day)
                    day += timedelta(days=7)
                services.plan_days(cohort, days, block=name, by=certificate.recruiter, **said)
        assert cohort.days.count() == 26
    with clock.travel(at(STARTS["paris"], 9)):
        for theirs in files.values():
            # The last of each zone does not come.
            for file in theirs[1:-1]:
                services.arrive(file.enrolments.get(), by=certificate.recruiter)
        figures_are_what_sql_counts(certificate)
        assert certificate.counted("present") == 9


def acquire_block_by_block(certificate: Certificate, files: dict[str, list[Application]]) -> None:
    leavers = {zone: theirs[1] for zone, theirs in files.items()}
    for cohort in certificate.cohorts.values():
        for place, name in enumerate(NAMES):
            last = cohort.days.filter(block=name).last().day
            with clock.travel(at(last, 18)):
                here = Enrolment.objects.filter(application__cohort=cohort, state=EnrolmentState.PRESENT)
                pairs = [(student.pk, name) for student in here]
                gained, _lost = services.record_blocks(
                    cohort, acquired=pairs, taken_back=[], on=last, by=certificate.recruiter
                )
                assert gained == len(pairs)
                figures_are_what_sql_counts(certificate)
                if place == 1:
                    leaver = again(leavers[cohort.zone.code])
                    services.withdraw(leaver, reason="moved", by=leaver.candidate)
    assert certificate.counted("with_block") == 9
    assert certificate.counted("certified") == 7
    for leaver in leavers.values():
        # Whoever leaves keeps what they have acquired.
        standing = services.standing_of(again(leaver))
        assert [block.name for block, _row in standing.acquired] == NAMES[:2]


def the_student_takes_the_attestation(client, files: dict[str, list[Application]]) -> None:
    """By their personal link, for themselves."""
    with clock.travel(at(date(YEAR + 1, 12, 1))):
        for theirs in files.values():
            token = links.mint(FOLLOW, ref(again(theirs[2])))
            answer = client.get(reverse("cohorts:follow_attestation", args=[token]))
            assert answer.content.startswith(b"%PDF-")

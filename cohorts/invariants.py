"""What must always hold of applications, interviews and enrolments."""

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from partnership import invariants
from partnership.invariants import Invariant, journal_agrees, references, rows
from programmes.states import CurriculumState

from .models import Application, Booking, Candidate, Cohort, Enrolment, Headcount, PaperRequest, Slot, kept_of_people
from .states import (
    CONTINUED,
    ENROLMENT_LIVE,
    HOLDING,
    LIVE,
    ApplicationState,
    BookingState,
    EnrolmentState,
    SlotKind,
    SlotState,
)

S = ApplicationState
TRIGGERS = {
    "offers_never_exceed_the_places",
    "a_slot_holds_its_capacity",
    "a_slot_keeps_its_word",
    "a_certificate_has_no_waiting_list",
    "a_cohort_keeps_its_word",
    "files_that_come_are_counted",
    "files_that_go_are_counted",
    "files_that_move_are_counted",
    "a_merged_person_stays_merged",
    "an_application_follows_its_person",
    "a_consent_follows_its_person",
    "a_dossier_follows_its_person",
}
# What the applicant is written when their file comes to a state; reopening leads back to one, with its own letter.
LETTERS = {
    S.SUBMITTED: (
        "application_received",
        "interview_cancelled",
        "day_cancelled",
        "application_reopened",
        "application_transferred",
    ),
    S.INTERVIEW_SCHEDULED: ("interview_booked",),
    S.WAITLISTED: ("application_waitlisted", "application_reopened"),
    S.ADMITTED: ("application_admitted", "application_reopened"),
    S.CONFIRMED: ("application_confirmed", "application_reopened"),
    S.REJECTED: ("application_rejected",),
    S.DECLINED: ("application_closed",),
    S.EXPIRED: ("application_expired",),
    S.WITHDRAWN: ("application_closed", "application_postponed", "application_redirected"),
    S.UNREACHABLE: ("application_unreachable",),
}


def _too_many_offers() -> list[str]:
    return references(
        "SELECT 'cohorts.cohort:' || cohort.id FROM cohorts_cohort AS cohort JOIN ("
        "  SELECT cohort_id, count(*) AS offers FROM cohorts_application WHERE state = ANY(%(holding)s) GROUP BY 1"
        ") AS held ON held.cohort_id = cohort.id "
        "WHERE held.offers > cohort.capacity * (100 + cohort.overbooking_percent) / 100",
        holding=[*HOLDING],
    )


def _too_many_in_a_slot() -> list[str]:
    return references(
        "SELECT 'cohorts.slot:' || slot.id FROM cohorts_slot AS slot JOIN ("
        "  SELECT slot_id, count(*) AS taken FROM cohorts_booking WHERE state <> %(cancelled)s GROUP BY 1"
        ") AS held ON held.slot_id = slot.id WHERE held.taken > slot.capacity",
        cancelled=BookingState.CANCELLED,
    )


def _twice_live() -> list[str]:
    return references(
        "SELECT 'cohorts.candidate:' || candidate_id FROM cohorts_application WHERE state = ANY(%(live)s) "
        "GROUP BY candidate_id, intake_id HAVING count(*) > 1",
        live=[*LIVE],
    )


def _of_another_intake() -> list[str]:
    return rows(Application.objects.exclude(intake=F("cohort__intake")))


def _repetitions_that_live() -> list[str]:
    return rows(Application.objects.filter(repeats__isnull=False).exclude(state=S.DRAFT))


def _lost_on_the_way() -> list[str]:
    """Files that are said to go on and do not, or that go on for somebody else."""
    gone = Application.objects.filter(exit_reason__in=CONTINUED, continuations=None)
    return rows(gone) + rows(
        Application.objects.filter(continues__isnull=False).exclude(candidate=F("continues__candidate"))
    )


def _offers_without_content() -> list[str]:
    in_force = Q(offered_curriculum__state__in=[CurriculumState.VALIDATED, CurriculumState.SUPERSEDED])
    its_own = Q(offered_curriculum__programme=F("cohort__intake__programme"))
    return rows(Application.objects.holding().exclude(in_force & its_own))


def _ranks_that_collide() -> list[str]:
    waiting = Application.objects.filter(state=S.WAITLISTED)
    twice = waiting.order_by().values("cohort", "waiting_rank").annotate(n=Count("pk")).filter(n__gt=1)
    return rows(waiting.filter(waiting_rank=None)) + [f"cohorts.cohort:{line['cohort']}" for line in twice[:200]]


def _enrolled_without_confirmation() -> list[str]:
    return rows(Enrolment.objects.exclude(state=EnrolmentState.ENDED).exclude(application__state=S.CONFIRMED))


def _confirmed_without_enrolment() -> list[str]:
    enrolled = Enrolment.objects.exclude(state=EnrolmentState.ENDED).values("application")
    return rows(Application.objects.filter(state=S.CONFIRMED).exclude(pk__in=enrolled))


def _enrolled_twice() -> list[str]:
    return references(
        "SELECT 'cohorts.application:' || application_id FROM cohorts_enrolment WHERE state = ANY(%(live)s) "
        "GROUP BY application_id HAVING count(*) > 1",
        live=[*ENROLMENT_LIVE],
    )


def _interviews_that_disagree() -> list[str]:
    booked = Booking.objects.booked().filter(kind=SlotKind.INTERVIEW)
    return rows(booked.exclude(application__state=S.INTERVIEW_SCHEDULED)) + rows(
        Application.objects.filter(state=S.INTERVIEW_SCHEDULED).exclude(pk__in=booked.values("application"))
    )


def _expected_where_nobody_waits() -> list[str]:
    return rows(Booking.objects.booked().filter(slot__state=SlotState.CANCELLED))


def _booked_twice() -> list[str]:
    return references(
        "SELECT 'cohorts.application:' || application_id FROM cohorts_booking WHERE state = %(booked)s "
        "GROUP BY application_id, kind HAVING count(*) > 1",
        booked=BookingState.BOOKED,
    )


def _decisions_untold() -> list[str]:
    """Files whose state was never told to an applicant we could already write to when it was reached."""
    return references(
        "SELECT 'cohorts.application:' || file.id FROM cohorts_application AS file "
        "JOIN cohorts_candidate AS person ON person.id = file.candidate_id AND person.email <> '' "
        "JOIN unnest(%(states)s::text[], %(templates)s::text[]) AS due (state, templates) ON due.state = file.state "
        "WHERE EXISTS (SELECT FROM partnership_outgoingmessage AS earlier"
        "    WHERE earlier.about = 'cohorts.application:' || file.id"
        "    AND earlier.to_ref = 'cohorts.candidate:' || person.id AND earlier.written_at <= file.state_since) "
        "AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "    WHERE letter.about = 'cohorts.application:' || file.id"
        "    AND letter.template = ANY(string_to_array(due.templates, ' ')))",
        states=[*LETTERS],
        templates=[" ".join(f"cohorts/{name}" for name in names) for names in LETTERS.values()],
    )


def _people_nobody_reaches() -> list[str]:
    return rows(Candidate.objects.filter(phone="", email="", erased_at=None, merged_into=None))


def _held_by_the_merged() -> list[str]:
    """Whatever points to a record that was merged into another, in whichever app, and one that leads to such a one."""
    return [
        reference
        for relation in kept_of_people()
        for reference in rows(
            relation.related_model._base_manager.filter(**{f"{relation.field.name}__merged_into__isnull": False})
        )
    ]


def _miscounted() -> list[str]:
    """Cohorts whose headcounts do not add up to their files; the command `count_again` mends them."""
    return references(_HEADCOUNTS_AND_FILES)


_HEADCOUNTS_AND_FILES = f"""
    SELECT DISTINCT 'cohorts.cohort:' || cohort_id FROM (
        SELECT {Headcount.COLUMNS}, number FROM cohorts_headcount
        UNION ALL
        SELECT {Headcount.COLUMNS}, -number FROM ({Headcount.LINES}) AS counted ({Headcount.COLUMNS}, number)
    ) AS line GROUP BY {Headcount.COLUMNS} HAVING sum(number) <> 0
"""  # noqa: S608 (ours, no input)


def _cohorts_of_another_programme() -> list[str]:
    with_content = Cohort.objects.filter(curriculum__isnull=False)
    return rows(with_content.exclude(curriculum__programme=F("intake__programme")))


def register() -> None:
    """Make the promises of recruitment known."""
    invariants.TRIGGERS.update(TRIGGERS)
    invariants.register(
        Invariant("cohort_places", _("no more offers than places"), _too_many_offers),
        Invariant("slot_places", _("no more bookings than a slot holds"), _too_many_in_a_slot),
        Invariant("slots_cancelled", _("nobody is expected at a cancelled slot"), _expected_where_nobody_waits),
        Invariant("one_open_booking", _("one open booking an application and kind"), _booked_twice),
        Invariant("one_live_application", _("one live application a person and intake"), _twice_live),
        Invariant("intake_of_the_cohort", _("an application is of its cohort’s intake"), _of_another_intake),
        Invariant("repetitions_rest", _("a repeated application stays a draft"), _repetitions_that_live),
        Invariant("files_go_on", _("a file that goes on elsewhere is continued there"), _lost_on_the_way),
        Invariant("offers_have_content", _("an offer names a validated content"), _offers_without_content),
        Invariant("waiting_ranks", _("each rank of a waiting list is held once"), _ranks_that_collide),
        Invariant("enrolled_once_confirmed", _("only the confirmed are enrolled"), _enrolled_without_confirmation),
        Invariant("confirmed_are_enrolled", _("whoever confirmed is enrolled"), _confirmed_without_enrolment),
        Invariant("one_live_enrolment", _("one live enrolment an application"), _enrolled_twice),
        Invariant(
            "interviews_booked", _("a file awaits an interview exactly while one is booked"), _interviews_that_disagree
        ),
        Invariant("decisions_told", _("a decision has its letter"), _decisions_untold),
        Invariant("people_reached", _("an applicant can be reached"), _people_nobody_reaches),
        Invariant("merged_hold_nothing", _("a record that was merged holds nothing"), _held_by_the_merged),
        Invariant(
            "content_of_the_programme", _("a cohort’s content is its programme’s"), _cohorts_of_another_programme
        ),
        Invariant("files_counted", _("the headcounts add up to the files"), _miscounted),
        journal_agrees(Application),
        journal_agrees(Booking),
        journal_agrees(Slot, begins_silently=True),
        journal_agrees(Enrolment),
        journal_agrees(PaperRequest),
    )

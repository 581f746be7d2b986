"""What must always hold of places and placements."""

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cohorts.states import BulkOutcome, EnrolmentState
from partnership import invariants
from partnership.invariants import Invariant, journal_agrees, references, rows

from .contract_law import filing_deadline
from .models import ContractFile, HostPledge, Introduction, Placement, Seat, Visit
from .states import (
    BEGUN,
    CONTRACT_OPEN,
    INTRODUCTION_LIVE,
    PLACED,
    PLACEMENT_LIVE,
    BreakCause,
    PlacementState,
)

TRIGGERS = {
    "a_placement_fits_its_student",
    "a_placement_stays_in_its_company",
    "a_certificate_has_no_host_place",
    "an_introduction_fits_its_student",
    "a_site_keeps_to_the_zones_of_its_students",
    "a_student_stays_in_the_zones_of_their_place",
    "a_tutor_has_room",
    "an_employer_has_room",
}


def _two_on_a_seat() -> list[str]:
    return references(
        "SELECT 'placements.seat:' || seat_id FROM placements_placement WHERE state = ANY(%(live)s) "
        "GROUP BY seat_id HAVING count(*) > 1",
        live=[*PLACEMENT_LIVE],
    )


def _student_in_two_places() -> list[str]:
    return references(
        "SELECT 'cohorts.enrolment:' || enrolment_id FROM placements_placement WHERE state = ANY(%(live)s) "
        "GROUP BY enrolment_id HAVING count(*) > 1",
        live=[*PLACEMENT_LIVE],
    )


def _outside_the_zones() -> list[str]:
    """Whoever sits at an employer outside the partnership is anywhere, and stays there if it becomes a partner."""
    return references(
        "SELECT 'placements.placement:' || placement.id FROM placements_placement AS placement "
        "JOIN placements_seat AS seat ON seat.id = placement.seat_id "
        "JOIN placements_hostsite AS site ON site.id = seat.site_id "
        "JOIN placements_hostcompany AS company ON company.id = site.company_id "
        "JOIN cohorts_enrolment AS enrolment ON enrolment.id = placement.enrolment_id "
        "JOIN cohorts_application AS file ON file.id = enrolment.application_id "
        "JOIN cohorts_cohort AS cohort ON cohort.id = file.cohort_id "
        "WHERE placement.state = ANY(%(live)s) AND company.is_partner AND site.zone_id <> cohort.zone_id "
        "AND NOT EXISTS ("
        "  SELECT FROM cohorts_application_other_zones AS other"
        "  WHERE other.application_id = file.id AND other.zone_id = site.zone_id) "
        "AND NOT EXISTS (SELECT FROM partnership_journalentry AS line"
        "  WHERE line.subject = 'placements.hostcompany:' || company.id AND line.before = %(outside)s"
        "  AND line.at >= placement.proposed_at)",
        live=[*PLACEMENT_LIVE],
        # What the journal keeps of a company that was none (admin.py, past.py).
        outside=str(False),
    )


def _on_a_seat_that_is_none() -> list[str]:
    another_intake = ~Q(seat__intake=F("enrolment__application__intake"))
    return rows(Placement.objects.live().filter(Q(seat__closed_at__isnull=False) | another_intake))


def _placed_after_the_end() -> list[str]:
    return rows(Placement.objects.live().filter(enrolment__state=EnrolmentState.ENDED))


def _seats_nobody_pledged() -> list[str]:
    pledge = HostPledge.objects.filter(site=OuterRef("site"), intake=OuterRef("intake"))
    return rows(Seat.objects.open().filter(~Exists(pledge)))


def _places_other_than_announced() -> list[str]:
    """As many places are open as the host announces; or as many as students sit on, where it has withdrawn some."""
    return references(
        "SELECT 'placements.hostpledge:' || pledge.id FROM placements_hostpledge AS pledge"
        " LEFT JOIN placements_seat AS seat ON seat.site_id = pledge.site_id"
        " AND seat.intake_id = pledge.intake_id AND seat.closed_at IS NULL"
        " LEFT JOIN placements_placement AS placement ON placement.seat_id = seat.id"
        " AND placement.state = ANY(%(live)s)"
        " GROUP BY pledge.id HAVING count(seat.id) <> greatest(pledge.places_sure, count(placement.id))",
        live=[*PLACEMENT_LIVE],
    )


def _hosts_not_written_to() -> list[str]:
    return references(
        "SELECT 'placements.askline:' || line.id FROM placements_askline AS line"
        " WHERE line.outcome = %(done)s AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "  WHERE letter.key = 'places_asked:' || line.id)",
        done=BulkOutcome.DONE,
    )


def _placements_untold() -> list[str]:
    """Whoever is proposed is written about to the host, even if the letter was stopped; who is taken is told."""
    return references(
        "SELECT 'placements.placement:' || placement.id FROM placements_placement AS placement "
        "JOIN cohorts_enrolment AS enrolment ON enrolment.id = placement.enrolment_id "
        "JOIN cohorts_application AS file ON file.id = enrolment.application_id "
        "JOIN cohorts_candidate AS person ON person.id = file.candidate_id "
        "WHERE (EXISTS (SELECT FROM partnership_journalentry AS line"
        "    WHERE line.subject = 'placements.placement:' || placement.id AND line.after = %(proposed)s)"
        "  AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "    WHERE letter.key = 'placement_proposed:' || placement.id)) "
        "OR (placement.state = ANY(%(placed)s) AND person.email <> ''"
        "  AND EXISTS (SELECT FROM partnership_journalentry AS line"
        "    WHERE line.subject = 'placements.placement:' || placement.id AND line.after = %(accepted)s)"
        "  AND EXISTS (SELECT FROM partnership_outgoingmessage AS earlier"
        "    WHERE earlier.about = 'cohorts.application:' || file.id"
        "    AND earlier.to_ref = 'cohorts.candidate:' || person.id AND earlier.written_at <= placement.answered_at)"
        "  AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "    WHERE letter.key = 'placement_accepted:' || placement.id))",
        proposed=PlacementState.PROPOSED,
        accepted=PlacementState.ACCEPTED,
        placed=[*PLACED],
    )


def _tutors_beyond() -> list[str]:
    return references("SELECT 'placements.tutor:' || id FROM placements_tutor WHERE a_tutor_is_beyond(id)")


def _trained_by_a_stranger() -> list[str]:
    """Whoever has left meanwhile is somebody to replace, which the site's page says."""
    return references(
        "SELECT 'placements.placement:' || placement.id FROM placements_placement AS placement "
        "JOIN placements_seat AS seat ON seat.id = placement.seat_id "
        "JOIN placements_hostsite AS site ON site.id = seat.site_id "
        "JOIN placements_tutor AS tutor ON tutor.id = placement.tutor_id "
        "WHERE placement.state = ANY(%(live)s) AND (tutor.company_id <> site.company_id OR NOT EXISTS ("
        "  SELECT FROM placements_tutor_sites AS served"
        "  WHERE served.tutor_id = tutor.id AND served.hostsite_id = site.id))",
        live=[*PLACEMENT_LIVE],
    )


def _contracts_past_their_placement() -> list[str]:
    return rows(ContractFile.objects.filter(state__in=CONTRACT_OPEN).exclude(placement__state__in=PLACED))


def _contracts_with_another_deadline() -> list[str]:
    """The day by which a contract is filed follows from its start, by the law of its kind and date."""
    held = ContractFile.objects.filter(starts_on__isnull=False).values_list("pk", "kind", "starts_on", "file_by")
    return [
        f"placements.contractfile:{key}"
        for key, kind, starts_on, file_by in held.order_by("pk").iterator(chunk_size=2_000)
        if filing_deadline(kind, starts_on) != file_by
    ]


def _introduced_in_vain() -> list[str]:
    """Whoever has a place or is no longer enrolled is presented to nobody; nor outside their zones."""
    placed = Placement.objects.filter(enrolment=OuterRef("enrolment"), state__in=PLACED)
    return rows(Introduction.objects.live().filter(Q(Exists(placed)) | Q(enrolment__state=EnrolmentState.ENDED)))


def _introduced_out_of_reach() -> list[str]:
    return references(
        "SELECT 'placements.introduction:' || introduction.id FROM placements_introduction AS introduction "
        "JOIN placements_presentation AS shown ON shown.id = introduction.presentation_id "
        "JOIN placements_hostsite AS site ON site.id = introduction.site_id "
        "JOIN cohorts_enrolment AS enrolment ON enrolment.id = introduction.enrolment_id "
        "JOIN cohorts_application AS file ON file.id = enrolment.application_id "
        "JOIN cohorts_cohort AS cohort ON cohort.id = file.cohort_id "
        "WHERE introduction.state = ANY(%(live)s) AND (shown.site_id <> introduction.site_id "
        "OR site.zone_id <> cohort.zone_id AND NOT EXISTS ("
        "  SELECT FROM cohorts_application_other_zones AS other"
        "  WHERE other.application_id = file.id AND other.zone_id = site.zone_id))",
        live=[*INTRODUCTION_LIVE],
    )


def _presented_without_a_word() -> list[str]:
    """A presentation that is not handed over has its letter, even if the letter was stopped."""
    return references(
        "SELECT 'placements.presentation:' || shown.id FROM placements_presentation AS shown "
        "WHERE NOT shown.is_handed AND EXISTS (SELECT FROM partnership_journalentry AS line"
        "    WHERE line.subject = 'placements.presentation:' || shown.id AND line.after = 'presented')"
        "  AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "    WHERE letter.key = 'students_presented:' || shown.id)"
    )


def _breaks_untold() -> list[str]:
    """Whoever is broken off by one of us is written about to the host, even if the letter was stopped."""
    return references(
        "SELECT 'placements.placement:' || placement.id FROM placements_placement AS placement "
        "WHERE placement.state = %(broken)s AND placement.break_cause <> %(left)s"
        "  AND EXISTS (SELECT FROM partnership_journalentry AS line"
        "    WHERE line.subject = 'placements.placement:' || placement.id AND line.after = %(broken)s)"
        "  AND NOT EXISTS (SELECT FROM partnership_outgoingmessage AS letter"
        "    WHERE letter.key = 'break:' || placement.id || ':'"
        "      || to_char(placement.ended_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') || ':host')",
        broken=PlacementState.BROKEN,
        left=BreakCause.LEFT_COURSE,
    )


def _amended_to_another_site() -> list[str]:
    return references(
        "SELECT 'placements.placement:' || last.placement_id FROM ("
        "  SELECT DISTINCT ON (placement_id) placement_id, to_site_id FROM placements_amendment"
        "  ORDER BY placement_id, amended_at DESC, id DESC) AS last "
        "JOIN placements_placement AS placement ON placement.id = last.placement_id "
        "JOIN placements_seat AS seat ON seat.id = placement.seat_id WHERE seat.site_id <> last.to_site_id"
    )


def _visited_before_the_first_day() -> list[str]:
    return rows(Visit.objects.exclude(placement__state__in=BEGUN))


def register() -> None:
    """Make the promises of places known."""
    invariants.TRIGGERS.update(TRIGGERS)
    invariants.register(
        Invariant("one_student_a_seat", _("one live placement a seat"), _two_on_a_seat),
        Invariant("one_seat_a_student", _("one live placement a student"), _student_in_two_places),
        Invariant(
            "zones_of_the_student", _("a placement at a partner stays in its student’s zones"), _outside_the_zones
        ),
        Invariant("open_seats_only", _("a placement is on an open place of its intake"), _on_a_seat_that_is_none),
        Invariant("placed_while_enrolled", _("nobody is placed whose enrolment has ended"), _placed_after_the_end),
        Invariant("seats_pledged", _("an open place was pledged by its host"), _seats_nobody_pledged),
        Invariant("tutors_have_room", _("a tutor has no more students than the law allows"), _tutors_beyond),
        Invariant("tutors_of_the_site", _("a student’s tutor serves the site"), _trained_by_a_stranger),
        Invariant(
            "places_as_announced", _("a host’s open places are those it announces"), _places_other_than_announced
        ),
        Invariant("hosts_asked", _("a host that was asked has its letter"), _hosts_not_written_to),
        Invariant("placements_told", _("a placement has its letters"), _placements_untold),
        Invariant("breaks_told", _("a placement that is broken off has its letters"), _breaks_untold),
        Invariant("amendments_agree", _("a placement is where its last change says"), _amended_to_another_site),
        Invariant("visits_once_begun", _("whoever is followed has begun"), _visited_before_the_first_day),
        journal_agrees(Placement),
        Invariant(
            "contracts_with_placements", _("no open contract outlives its placement"), _contracts_past_their_placement
        ),
        Invariant(
            "contracts_filed_by", _("a contract has the deadline of its start"), _contracts_with_another_deadline
        ),
        journal_agrees(ContractFile),
        Invariant("introduced_to_be_placed", _("nobody with a place is presented to a host"), _introduced_in_vain),
        Invariant("introduced_within_reach", _("students are presented in their own zones"), _introduced_out_of_reach),
        Invariant("presentations_told", _("a presentation has its letter"), _presented_without_a_word),
        journal_agrees(Introduction),
    )

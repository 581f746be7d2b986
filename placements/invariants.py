"""What must always hold of places and placements."""

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cohorts.states import BulkOutcome, EnrolmentState
from partnership import invariants
from partnership.invariants import Invariant, journal_agrees, references, rows

from .models import HostPledge, Placement, Seat
from .states import PLACED, PLACEMENT_LIVE, PlacementState

TRIGGERS = {
    "a_placement_fits_its_student",
    "a_certificate_has_no_host_place",
    "a_site_keeps_to_the_zones_of_its_students",
    "a_student_stays_in_the_zones_of_their_place",
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
    return references(
        "SELECT 'placements.placement:' || placement.id FROM placements_placement AS placement "
        "JOIN placements_seat AS seat ON seat.id = placement.seat_id "
        "JOIN placements_hostsite AS site ON site.id = seat.site_id "
        "JOIN cohorts_enrolment AS enrolment ON enrolment.id = placement.enrolment_id "
        "JOIN cohorts_application AS file ON file.id = enrolment.application_id "
        "JOIN cohorts_cohort AS cohort ON cohort.id = file.cohort_id "
        "WHERE placement.state = ANY(%(live)s) AND site.zone_id <> cohort.zone_id AND NOT EXISTS ("
        "  SELECT FROM cohorts_application_other_zones AS other"
        "  WHERE other.application_id = file.id AND other.zone_id = site.zone_id)",
        live=[*PLACEMENT_LIVE],
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


def register() -> None:
    """Make the promises of places known."""
    invariants.TRIGGERS.update(TRIGGERS)
    invariants.register(
        Invariant("one_student_a_seat", _("one live placement a seat"), _two_on_a_seat),
        Invariant("one_seat_a_student", _("one live placement a student"), _student_in_two_places),
        Invariant("zones_of_the_student", _("a placement stays in its student’s zones"), _outside_the_zones),
        Invariant("open_seats_only", _("a placement is on an open place of its intake"), _on_a_seat_that_is_none),
        Invariant("placed_while_enrolled", _("nobody is placed whose enrolment has ended"), _placed_after_the_end),
        Invariant("seats_pledged", _("an open place was pledged by its host"), _seats_nobody_pledged),
        Invariant(
            "places_as_announced", _("a host’s open places are those it announces"), _places_other_than_announced
        ),
        Invariant("hosts_asked", _("a host that was asked has its letter"), _hosts_not_written_to),
        Invariant("placements_told", _("a placement has its letters"), _placements_untold),
        journal_agrees(Placement),
    )

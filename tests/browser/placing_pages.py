"""The pages of leads: hosts, their places and whom they take, each with who reads it and what it needs."""

from partnership.states import Role
from placements.forms.contracts import STEP_FORMS
from placements.models import HostSite
from placements.states import ContractState, PlacementState

from .page import (
    FIRST_FORM,
    MAIN_FORM,
    Page,
    of_introduction,
    of_placement,
    of_proposal,
    placed_on_closed_days,
)

PLACING = [
    Page("placements:zone_board", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page(
        "placements:placement_propose",
        Role.REGIONAL_LEAD,
        lambda world: ["lyon"],
        "lyon",
        status=422,
        sent=placed_on_closed_days,
    ),
    Page("placements:site_list", Role.REGIONAL_LEAD, zone="lyon"),
    Page("placements:site_add", Role.REGIONAL_LEAD, zone="lyon", forms=MAIN_FORM),
    Page(
        "placements:site_detail",
        Role.REGIONAL_LEAD,
        lambda world: [world.site().pk],
        "lyon",
        forms=("main form.form[action$='/places/']",),
    ),
    Page("placements:site_edit", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon", forms=MAIN_FORM),
    Page("placements:pledge_record", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon", forms=MAIN_FORM),
    Page("placements:call_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:ask_choose", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon", forms=MAIN_FORM),
    Page("placements:ask_detail", Role.REGIONAL_LEAD, lambda world: [world.asks["review"].pk], "lyon"),
    Page("placements:ask_detail", Role.REGIONAL_LEAD, lambda world: [world.asks["report"].pk], "lyon", note="report"),
    Page("placements:zone_waiting", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:zone_follow_up", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:zone_report", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:site_sheet", Role.REGIONAL_LEAD, lambda world: [world.begun.seat.site_id], "lyon"),
    Page(
        "placements:placement_start", Role.REGIONAL_LEAD, of_placement(PlacementState.ACCEPTED), "lyon", forms=MAIN_FORM
    ),
    Page(
        "placements:placement_amend", Role.REGIONAL_LEAD, of_placement(PlacementState.ACTIVE), "lyon", forms=MAIN_FORM
    ),
    Page(
        "placements:placement_complete",
        Role.REGIONAL_LEAD,
        of_placement(PlacementState.ACTIVE),
        "lyon",
        forms=MAIN_FORM,
    ),
    Page(
        "placements:placement_break", Role.REGIONAL_LEAD, of_placement(PlacementState.ACTIVE), "lyon", forms=MAIN_FORM
    ),
    Page("placements:visit_record", Role.REGIONAL_LEAD, of_placement(PlacementState.ACTIVE), "lyon", forms=MAIN_FORM),
    Page("placements:lead_agenda", Role.REGIONAL_LEAD, zone="lyon"),
    Page("placements:site_list", Role.REGIONAL_LEAD, zone="lyon", query="?places=to_call", note="to call"),
    Page(
        "placements:site_detail",
        Role.REGIONAL_LEAD,
        lambda world: [HostSite.objects.get(name="Garonne Contact").pk],
        "toulouse",
        note="a rival's",
    ),
    Page("placements:company_edit", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon"),
    Page("placements:site_call", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon", forms=MAIN_FORM),
    Page("placements:contact_add", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon", forms=MAIN_FORM),
    Page("placements:contact_edit", Role.REGIONAL_LEAD, lambda world: [world.contact.pk], "lyon", forms=FIRST_FORM),
    Page("placements:tutor_add", Role.REGIONAL_LEAD, lambda world: [world.site().pk], "lyon", forms=MAIN_FORM),
    Page(
        "placements:tutor_edit",
        Role.REGIONAL_LEAD,
        lambda world: [world.site().tutors.order_by("name").first().pk],
        "lyon",
        forms=FIRST_FORM,
    ),
    Page("placements:tutor_assign", Role.REGIONAL_LEAD, of_placement(PlacementState.PROPOSED), "lyon"),
    Page("placements:site_duplicates", Role.ADMINISTRATOR),
    Page("placements:host_list_add", Role.REGIONAL_LEAD, zone="lyon", forms=FIRST_FORM),
    Page("placements:host_list", Role.REGIONAL_LEAD, lambda world: [world.host_list.pk], "lyon"),
    Page("placements:student_list", Role.REGIONAL_LEAD, zone="lyon"),
    Page("placements:student_list", Role.REGIONAL_LEAD, zone="lyon", query="?q=zzzz", note="nothing found"),
    Page(
        "placements:student_detail",
        Role.REGIONAL_LEAD,
        lambda world: [world.placement(PlacementState.ACCEPTED).enrolment_id],
        "lyon",
    ),
    Page(
        "placements:student_detail",
        Role.REGIONAL_LEAD,
        lambda world: [world.to_place().pk],
        "lyon",
        note="to place",
    ),
    Page(
        "placements:site_list",
        Role.REGIONAL_LEAD,
        zone="lyon",
        query=lambda world: f"?etudiant={world.to_place().pk}",
        note="near a student",
    ),
    Page(
        "placements:enrolment_end",
        Role.REGIONAL_LEAD,
        lambda world: [world.placement(PlacementState.ACCEPTED).enrolment_id],
        "lyon",
        forms=MAIN_FORM,
    ),
    Page("placements:contract_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:contract_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon", query="?step=accepted"),
    Page("placements:contract_ask", Role.REGIONAL_LEAD, of_placement(PlacementState.ACCEPTED), "lyon"),
    *(
        Page(
            "placements:contract_detail",
            Role.REGIONAL_LEAD,
            lambda world, state=state: [world.contracts[state].pk],
            "lyon",
            forms=("main form[action$='/etape/']",) if state in STEP_FORMS else (),
            note=state.value,
        )
        for state in ContractState
    ),
    Page(
        "placements:contract_sheet_write",
        Role.REGIONAL_LEAD,
        lambda world: [world.contracts[ContractState.ASKED].pk],
        "lyon",
        forms=MAIN_FORM,
    ),
    Page("placements:placement_cancel", Role.REGIONAL_LEAD, of_placement(PlacementState.ACCEPTED), "lyon"),
    Page(
        "placements:placement_decline",
        Role.REGIONAL_LEAD,
        of_placement(PlacementState.PROPOSED),
        "lyon",
        forms=MAIN_FORM,
    ),
    Page("placements:proposal_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon", forms=MAIN_FORM),
    Page("placements:proposal_list", Role.REGIONAL_LEAD, lambda world: ["toulouse"], "toulouse", note="nothing yet"),
    Page("placements:proposal_detail", Role.REGIONAL_LEAD, of_proposal("made"), "lyon"),
    Page("placements:proposal_detail", Role.REGIONAL_LEAD, of_proposal("what if"), "lyon", note="what if"),
    Page("placements:proposal_detail", Role.REGIONAL_LEAD, of_proposal("waiting"), "lyon", note="waiting"),
    Page(
        "placements:mobility_edit",
        Role.REGIONAL_LEAD,
        lambda world: [world.placement(PlacementState.ACCEPTED).enrolment_id],
        "lyon",
    ),
    Page("placements:introduction_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon"),
    Page("placements:introduction_list", Role.REGIONAL_LEAD, lambda world: ["lyon"], "lyon", "?etat=tout", note="all"),
    Page(
        "placements:site_present",
        Role.REGIONAL_LEAD,
        lambda world: [world.site().pk],
        "lyon",
        forms=("main form.form",),
    ),
    Page("placements:presentation_link", Role.REGIONAL_LEAD, lambda world: [world.presentation.pk], "lyon"),
    *(
        Page(f"placements:introduction_{deed}", Role.REGIONAL_LEAD, of_introduction, "lyon", forms=MAIN_FORM)
        for deed in ("meet", "pass", "decline")
    ),
]

"""Who may open what: one line an address, to be read before the code.

A line says who may GET or POST an address and what they are answered. Everybody else: whoever has not signed in is sent
to the sign-in page, a role without business there is told 403 (or `refused`), a method that is not in the line 405.
`unless` says what some are answered instead, to both methods or to GET and POST apart. A POST that is done changes some
row of ours (or none, with `changes=False`), any other POST none. With `zone`, the address names a record of a zone, and
is asked for in each zone by everybody: somebody whose role stops at their own zone is told 404 for another's.
"""

from cohorts.states import Step

from .content_rows import CONTENTS_OF_COURSES, THE_CHAIR
from .placing_rows import THE_PLACES
from .rows import (
    ADMINISTRATION,
    COORDINATION,
    DESK,
    DRAFTERS,
    EVERYBODY,
    FORBIDDEN,
    GO,
    HEADS,
    LEADS,
    MEMBERS,
    MISSING,
    NOBODY,
    NOT_ALLOWED,
    OK,
    RECRUITMENT,
    REGISTERS,
    REVIEWERS,
    SIGNED_IN,
    WRONG,
    Row,
    deed,
    form,
    page,
    row,
)
from .world import (
    ADMINISTRATOR,
    ANONYMOUS,
    COORDINATOR,
    LYON_HEAD,
    LYON_RECRUITER,
    RECRUITER,
    REVIEWER,
    STRANGER,
)

PUBLIC = [
    row("livez", EVERYBODY, get=OK),
    row("readyz", EVERYBODY, get=OK),
    row("metrics", EVERYBODY, get=MISSING),
    # without a provider there is nobody to hear
    row("mail_news", EVERYBODY, post=MISSING),
    page("front", EVERYBODY, asks=("src",)),
    page("privacy", EVERYBODY),
    page("privacy_version", EVERYBODY, of="notice"),
    page("accessibility", EVERYBODY),
    page("legal", EVERYBODY),
    row("home", SIGNED_IN, get=GO, unless={STRANGER: OK}),
    # the handbook, and what one does first
    page("guide", SIGNED_IN),
    page("guide_chapter", SIGNED_IN, of="chapter of the guide"),
    deed("partnership:first_steps_put_away", SIGNED_IN),
    # signing in and out: whoever has signed in is sent home
    row("account_login", EVERYBODY, get=GO, post=GO, changes=False, unless={ANONYMOUS: (OK, WRONG)}, asks=("next",)),
    row("account_request_login_code", EVERYBODY, get=GO, post=GO, changes=False, unless={ANONYMOUS: (OK, WRONG)}),
    row("account_confirm_login_code", EVERYBODY, get=GO, post=GO, changes=False),
    row("account_logout", EVERYBODY, get=OK, post=GO, changes=False, unless={ANONYMOUS: GO}),
    row("mfa_authenticate", EVERYBODY, get=GO, post=GO, changes=False),
    row("account_reset_password", EVERYBODY, get=OK, post=OK),
    form("password_reset", EVERYBODY, of="new password by link"),
    # one's own account; without a second factor its pages lead to setting one up
    page("account", SIGNED_IN),
    form("account_change_password", SIGNED_IN),
    row("second_factor_add", SIGNED_IN, get=OK, post=WRONG),
    row("second_factor_remove", SIGNED_IN, get=GO, post=GO, changes=False),
    row("recovery_codes", SIGNED_IN, get=GO, post=GO, changes=False),
    row("recovery_codes_file", SIGNED_IN, get=GO),
    deed("session_end", frozenset({COORDINATOR}), of="session", refused=MISSING),
    deed("session_end_others", SIGNED_IN),
    row("kept_post", SIGNED_IN, get=GO),
    deed("kept_post_forget", SIGNED_IN, changes=False),
    # a course, and applying to it
    page("cohorts:programme_detail", EVERYBODY, of="programme", asks=("src",)),
    page("cohorts:programme_pdf", EVERYBODY, of="programme"),
    row("cohorts:apply", EVERYBODY, get=GO, of="programme", asks=("src",)),
    form("cohorts:apply_identity", EVERYBODY, of="programme", asks=("autre", "src")),
    # without a draft of one's own, back to the first step
    row("cohorts:apply_project", EVERYBODY, get=GO, post=GO, of="programme", changes=False),
    row("cohorts:apply_check", EVERYBODY, get=GO, post=GO, of="programme", changes=False),
    row("cohorts:apply_thanks", EVERYBODY, get=GO, of="programme"),
    # personal links: whoever holds one
    row("cohorts:application_resume", EVERYBODY, get=GO, post=GO, of="way back", changes=False, asks=("donnees",)),
    page("placements:application_follow", EVERYBODY, of="offer by link"),
    deed("placements:follow_confirm", EVERYBODY, of="offer by link"),
    form("placements:follow_decline", EVERYBODY, of="offer by link"),
    form("placements:follow_withdraw", EVERYBODY, of="file by link"),
    form("cohorts:follow_dossier", EVERYBODY, of="student by link"),
    deed("cohorts:follow_coming", EVERYBODY, of="student by link"),
    page("cohorts:follow_days", EVERYBODY, of="certificate by link"),
    page("cohorts:follow_days_calendar", EVERYBODY, of="certificate by link"),
    page("cohorts:follow_rhythm", EVERYBODY, of="student by link"),
    page("cohorts:follow_rhythm_calendar", EVERYBODY, of="student by link"),
    page("cohorts:follow_attestation", EVERYBODY, of="certificate by link", asks=("langue",)),
    # what is sent must be a paper, which an empty form is not
    form("cohorts:follow_paper", EVERYBODY, of="paper by link", post=WRONG, changes=False),
    deed("placements:follow_notice", EVERYBODY, of="file by link"),
    page("placements:follow_data", EVERYBODY, of="file by link"),
    deed("placements:follow_consent", EVERYBODY, of="file by link"),
    deed("placements:follow_data_ask", EVERYBODY, of="file by link"),
    form("placements:follow_erase", EVERYBODY, of="file by link"),
    form("placements:data_take", EVERYBODY, post=OK, of="data by link"),
    form("placements:data_erase", EVERYBODY, post=OK, of="erasure by link"),
    form("placements:follow_appointments", EVERYBODY, of="appointment by link"),
    form("placements:follow_appointment_cancel", EVERYBODY, of="booked by link"),
    page("placements:follow_appointment_calendar", EVERYBODY, of="booked by link"),
    page("placements:follow_calendar", EVERYBODY, of="placed by link"),
    page("placements:lead_calendar", EVERYBODY, of="round by link"),
    # for the calendar of whoever holds slots
    page("cohorts:slot_feed", EVERYBODY, of="calendar by link"),
    page("partnership:agenda_feed", EVERYBODY, of="dates by link"),
    row("placements:follow_renew", EVERYBODY, post=OK, of="offer by link"),
    page("placements:placement_answer", EVERYBODY, of="proposal by link"),
    deed("placements:answer_accept", EVERYBODY, of="proposal by link"),
    form("placements:answer_decline", EVERYBODY, of="proposal by link"),
    row("placements:answer_renew", EVERYBODY, post=OK, of="proposal by link", changes=False),
    form("placements:pledge_answer", EVERYBODY, of="places by link"),
    row("placements:pledge_renew", EVERYBODY, post=OK, of="places by link"),
    form("placements:contract_sheet", EVERYBODY, of="contract by link"),
    page("placements:contract_sheet_pdf", EVERYBODY, of="contract by link"),
    row("placements:contract_renew", EVERYBODY, post=OK, of="contract by link", changes=False),
    # those who are presented to a host, and a host who has somebody's file
    page("placements:presentation_answer", EVERYBODY, of="presentation by link"),
    row("placements:presentation_renew", EVERYBODY, post=OK, of="presentation by link"),
    form("placements:presentation_meet", EVERYBODY, of="presented by link"),
    deed("placements:presentation_choose", EVERYBODY, of="presented by link"),
    form("placements:presentation_pass", EVERYBODY, of="presented by link"),
    page("placements:presentation_cv", EVERYBODY, of="presented by link"),
    form("placements:follow_introduction_decline", EVERYBODY, of="introduced by link"),
    # the chair: its agenda, its forms, what a guest has by link
    page("programmes:chair_agenda", EVERYBODY, of="chair"),
    page("programmes:chair_feed", EVERYBODY, of="chair"),
    page("programmes:chair_activity", EVERYBODY, of="activity for all"),
    form("programmes:chair_register", EVERYBODY, of="activity for all"),
    form("programmes:chair_contribute", EVERYBODY, of="activity for all"),
    page("programmes:guest_follow", EVERYBODY, of="guest by link"),
    deed("programmes:guest_give_up", EVERYBODY, of="guest by link"),
    form("programmes:guest_erase", EVERYBODY, of="guest by link"),
    form("partnership:letter_opt_out", EVERYBODY, of="letter to want no more of"),
    form("partnership:invitation_accept", EVERYBODY, of="invitation"),
    # the link still opens: there is nobody to tell
    row("partnership:invitation_renew", EVERYBODY, post=OK, of="invitation", changes=False),
]

_SUPPOSED = ("arrivees", "arrivees_lyon", "entretien", *(f"taux_{step}" for step in Step))
THE_PARTNERSHIP = [
    page("partnership:board", SIGNED_IN),
    page("partnership:report", SIGNED_IN),
    page("partnership:report_pdf", MEMBERS, refused=MISSING),
    page("partnership:report_xlsx", MEMBERS, refused=MISSING),
    page("partnership:convention", MEMBERS, refused=MISSING),
    page("partnership:convention_detail", MEMBERS, of="convention", refused=MISSING),
    deed("partnership:signature_sign", COORDINATION, of="signature", unless={STRANGER: MISSING}),
    page("partnership:milestone_detail", MEMBERS, of="milestone", refused=MISSING),
    page("partnership:commitment_list", MEMBERS, refused=MISSING),
    page("partnership:zone_map", MEMBERS, refused=MISSING),
    # its dates, and the address by which a calendar of one's own asks them
    page("partnership:agenda", MEMBERS, refused=MISSING),
    page("partnership:agenda_file", MEMBERS, refused=MISSING),
    form("partnership:agenda_subscription", MEMBERS, post=OK),
    deed("partnership:agenda_subscription_close", MEMBERS),
    deed("partnership:commitment_keep", COORDINATION, of="promise", unless={STRANGER: MISSING}),
    page("cohorts:history", MEMBERS, refused=MISSING, asks=("jalon", "zone")),
    deed("partnership:commitment_reopen", COORDINATION, of="kept promise", unless={STRANGER: MISSING}),
    page("partnership:convention_list", MEMBERS),
    page("partnership:convention_history", MEMBERS, of="convention", refused=MISSING, asks=("page",)),
    page("partnership:convention_pdf", MEMBERS, of="convention", refused=MISSING),
    page("partnership:amendment_detail", MEMBERS, of="amendment", refused=MISSING),
    deed("partnership:amendment_sign", COORDINATION, of="amendment signature", unless={STRANGER: MISSING}),
    form("partnership:convention_begin", DRAFTERS),
    form("partnership:convention_edit", DRAFTERS, of="draft convention", unless={STRANGER: MISSING}),
    form("partnership:convention_discard", DRAFTERS, of="draft convention", unless={STRANGER: MISSING}),
    form("partnership:convention_end", DRAFTERS, of="convention", unless={STRANGER: MISSING}),
    form("partnership:milestone_add", DRAFTERS, of="draft convention", unless={STRANGER: MISSING}),
    form("partnership:milestone_edit", DRAFTERS, of="draft milestone", unless={STRANGER: MISSING}),
    deed("partnership:milestone_remove", DRAFTERS, of="draft milestone", unless={STRANGER: MISSING}),
    form("partnership:objective_add", DRAFTERS, of="draft milestone", unless={STRANGER: MISSING}),
    form("partnership:objective_edit", DRAFTERS, of="draft objective", unless={STRANGER: MISSING}),
    deed("partnership:objective_remove", DRAFTERS, of="draft objective", unless={STRANGER: MISSING}),
    form("partnership:commitment_add", DRAFTERS, of="draft convention", unless={STRANGER: MISSING}),
    form("partnership:commitment_edit", DRAFTERS, of="draft promise", unless={STRANGER: MISSING}),
    deed("partnership:commitment_remove", DRAFTERS, of="draft promise", unless={STRANGER: MISSING}),
    form("partnership:amendment_begin", DRAFTERS, of="convention", unless={STRANGER: MISSING}),
    form("partnership:amendment_edit", DRAFTERS, of="amendment", unless={STRANGER: MISSING}),
    form("partnership:amendment_discard", DRAFTERS, of="amendment", unless={STRANGER: MISSING}),
    form("partnership:amendment_objective", DRAFTERS, of="amended objective", unless={STRANGER: MISSING}),
    form("partnership:amendment_milestone", DRAFTERS, of="amended milestone", unless={STRANGER: MISSING}),
    form("partnership:amendment_commitment", DRAFTERS, of="amended promise", unless={STRANGER: MISSING}),
    form("partnership:amendment_promise", DRAFTERS, of="amendment", unless={STRANGER: MISSING}),
    deed("partnership:amendment_withdraw", DRAFTERS, of="amendment change", unless={STRANGER: MISSING}),
    # the lines behind the figures, without a name
    page("cohorts:forecast", MEMBERS, refused=MISSING, asks=("jalon", *_SUPPOSED)),
    page("cohorts:register", REGISTERS, asks=("mesure", "jalon", "zone", "page")),
    page("placements:register", REGISTERS, asks=("mesure", "jalon", "zone", "page")),
    # long tasks: whoever started them
    page("job_detail", frozenset({LYON_RECRUITER}), of="task", refused=MISSING),
    page("job_result", frozenset({LYON_RECRUITER}), of="task", refused=MISSING),
    deed("job_restart", frozenset({LYON_RECRUITER, ADMINISTRATOR}), of="failed task", refused=MISSING),
]

THE_MACHINE = [
    page("partnership:operations", ADMINISTRATION, asks=("avant",)),
    deed("partnership:letters_send_again", ADMINISTRATION),
    deed("partnership:letters_settle", ADMINISTRATION),
    deed("partnership:letters_cancel", ADMINISTRATION),
    deed("partnership:invariants_check", ADMINISTRATION),
]

THE_TEAM = [
    page("partnership:person_list", ADMINISTRATION, asks=("q", "role", "zone", "etat", "page")),
    form("partnership:person_invite", ADMINISTRATION),
    page("partnership:person_detail", ADMINISTRATION, of="somebody"),
    form("partnership:person_edit", ADMINISTRATION, of="somebody"),
    deed("partnership:person_invite_again", ADMINISTRATION, of="invited person"),
    # nobody in the table's world has a second factor: refused in words, and nothing is changed
    deed("partnership:person_reset_second_factor", ADMINISTRATION, of="somebody", changes=False),
    form("partnership:person_dismiss", ADMINISTRATION, of="somebody"),
    deed("partnership:person_reactivate", ADMINISTRATION, of="somebody gone"),
    form("partnership:membership_add", ADMINISTRATION, of="somebody"),
    form("partnership:membership_edit", ADMINISTRATION, of="membership"),
    deed("partnership:membership_end", ADMINISTRATION, of="membership"),
]

# Who recruits too, and did not choose these files.
_COLLEAGUES = {LYON_RECRUITER: MISSING, LYON_HEAD: MISSING}
_FILTERS = ("q", "zone", "etat", "rentree", "source", "responsable", "condition", "suivi", "venu_par", "atteint")
_LIST = (*_FILTERS, "tri", "vue", "apres", "avant")
_BROUGHT, _NOT_THEIRS = frozenset({LYON_RECRUITER}), {RECRUITER: MISSING, LYON_HEAD: MISSING}
THE_RECRUITMENT = [
    page("cohorts:source_list", RECRUITMENT, asks=("zone", "rentree")),
    form("cohorts:source_add", RECRUITMENT),
    page("cohorts:source_detail", RECRUITMENT, of="source"),
    # of Paris: whoever recruits in Lyon alone reads it and does not change it
    form("cohorts:source_edit", frozenset({RECRUITER}), of="source"),
    page("cohorts:source_poster", RECRUITMENT, of="source", asks=("formation", "papier")),
    form("cohorts:application_source", RECRUITMENT, of="submitted", zone=True),
    page("cohorts:view_list", RECRUITMENT),
    form("cohorts:view_add", RECRUITMENT, asks=_LIST),
    # whoever shares a view changes it, and heads of recruitment
    form("cohorts:view_edit", frozenset({LYON_RECRUITER}) | HEADS, of="shared view"),
    deed("cohorts:view_remove", frozenset({LYON_RECRUITER}) | HEADS, of="shared view"),
    page("cohorts:worklist", RECRUITMENT, asks=("pour", "quoi", "page")),
    page("cohorts:team_load", HEADS),
    page("cohorts:application_list", RECRUITMENT, asks=_LIST),
    page("cohorts:application_count", RECRUITMENT, asks=_LIST),
    page("cohorts:application_export", RECRUITMENT, asks=(*_LIST, "modele")),
    page("cohorts:application_export_xlsx", RECRUITMENT, asks=(*_LIST, "modele")),
    page("cohorts:retention_report", HEADS | ADMINISTRATION, asks=("page",)),
    page("cohorts:export_log", HEADS | ADMINISTRATION, asks=("page",)),
    page("cohorts:template_list", RECRUITMENT, asks=_LIST),
    form("cohorts:template_add", RECRUITMENT),
    form("cohorts:template_edit", RECRUITMENT, of="column template"),
    deed("cohorts:template_remove", RECRUITMENT, of="column template"),
    # lists from elsewhere: whoever brought one
    form("cohorts:import_list", RECRUITMENT),
    page("cohorts:fair_sheet", RECRUITMENT),
    page("cohorts:fair_sheet_file", RECRUITMENT),
    page("cohorts:import_detail", _BROUGHT, of="checked list", unless=_NOT_THEIRS, asks=("lignes", "page")),
    form("cohorts:import_columns", _BROUGHT, of="list to match", unless=_NOT_THEIRS),
    deed("cohorts:import_confirm", _BROUGHT, of="checked list", unless=_NOT_THEIRS),
    deed("cohorts:import_drop", _BROUGHT, of="checked list", unless=_NOT_THEIRS),
    page("cohorts:import_corrections", _BROUGHT, of="checked list", unless=_NOT_THEIRS),
    # records that may be of one person: whoever sees every file of both
    page("cohorts:duplicate_list", RECRUITMENT),
    form("cohorts:candidate_merge", RECRUITMENT, of="pair", zone=True),
    deed("cohorts:candidate_tell_apart", RECRUITMENT, of="pair", zone=True),
    page("cohorts:application_detail", RECRUITMENT, of="interviewed", zone=True, asks=("histoire",)),
    page("cohorts:application_letter", RECRUITMENT, of="letter", zone=True),
    form("cohorts:absence_list", RECRUITMENT),
    # whoever is away ends it, and their head; whoever stands in sees it
    deed("cohorts:absence_end", frozenset({LYON_RECRUITER, LYON_HEAD}), of="absence", unless={RECRUITER: FORBIDDEN}),
    form("cohorts:application_data", RECRUITMENT, of="rejected", zone=True),
    # its form is on the page above; of the recruiters the head alone erases
    row(
        "cohorts:application_erase",
        HEADS,
        get=GO,
        post=GO,
        of="rejected",
        zone=True,
        unless={RECRUITER: FORBIDDEN, LYON_RECRUITER: FORBIDDEN},
    ),
    form("cohorts:contact_add", RECRUITMENT),
    form("cohorts:address_correct", RECRUITMENT, of="submitted", zone=True),
    row("cohorts:call_next", RECRUITMENT, get=GO),
    deed("cohorts:call_record", RECRUITMENT, of="submitted", zone=True),
    form("cohorts:call_script", RECRUITMENT, of="enquiry", zone=True),
    deed("cohorts:interview_schedule", RECRUITMENT, of="submitted", zone=True),
    deed("cohorts:interview_cancel", RECRUITMENT, of="interview_scheduled", zone=True),
    deed("cohorts:interview_record", RECRUITMENT, of="interview_scheduled", zone=True),
    deed("cohorts:interview_miss", RECRUITMENT, of="interview_scheduled", zone=True),
    form("cohorts:application_admit", RECRUITMENT, of="interviewed", zone=True, asks=("lire", "conditions", "other")),
    deed("cohorts:condition_meet", RECRUITMENT, of="condition", zone=True),
    deed("cohorts:condition_take_back", RECRUITMENT, of="condition met", zone=True),
    page("cohorts:condition_list", RECRUITMENT, asks=("q", "zone", "rentree", "condition", "page")),
    deed("cohorts:conditions_meet", RECRUITMENT),
    deed("cohorts:application_waitlist", RECRUITMENT, of="interviewed", zone=True),
    form("cohorts:application_reject", RECRUITMENT, of="interviewed", zone=True, asks=("reject-reason",)),
    deed("cohorts:application_mark_unreachable", RECRUITMENT, of="submitted", zone=True),
    deed("cohorts:application_withdraw", RECRUITMENT, of="submitted", zone=True),
    deed("cohorts:application_reopen", RECRUITMENT, of="rejected", zone=True),
    # whoever sends a file to another zone no longer sees it: it leads back to the list
    form("cohorts:application_transfer", RECRUITMENT, of="submitted", zone=True, asks=("cohort",)),
    form("cohorts:application_postpone", RECRUITMENT, of="interviewed", zone=True, asks=("cohort",)),
    form("cohorts:application_redirect", RECRUITMENT, of="interviewed", zone=True, asks=("cohort",)),
    deed("cohorts:application_confirm", RECRUITMENT, of="admitted", zone=True),
    deed("cohorts:application_decline", RECRUITMENT, of="admitted", zone=True),
    # drafts
    form("cohorts:letter_edit", RECRUITMENT, of="draft letter", zone=True),
    form("cohorts:letter_tell", RECRUITMENT, of="draft letter", zone=True),
    deed("cohorts:letter_rewrite", RECRUITMENT, of="draft letter", zone=True),
    deed("cohorts:letter_discard", RECRUITMENT, of="draft letter", zone=True),
    deed("cohorts:letter_send", RECRUITMENT, of="draft letter", zone=True),
    # the letters desk
    page("cohorts:letter_desk", RECRUITMENT, asks=("vue", "page")),
    page("cohorts:letter_kind_list", RECRUITMENT, asks=("rentree", "dossier", "langue")),
    # a paragraph is written by whoever recruits in every zone of the intake
    form(
        "cohorts:letter_kind",
        frozenset({RECRUITER}),
        of="kind of letter",
        unless={LYON_RECRUITER: (OK, FORBIDDEN), LYON_HEAD: (OK, FORBIDDEN)},
        asks=("rentree", "dossier", "langue"),
    ),
    deed("cohorts:letter_test", RECRUITMENT, of="kind of letter"),
    # many files at once: whoever chose them
    deed("cohorts:bulk_choose", RECRUITMENT, asks=_LIST),
    form("cohorts:bulk_detail", frozenset({RECRUITER}), of="bulk", unless=_COLLEAGUES, asks=("page",)),
    deed("cohorts:bulk_start", frozenset({RECRUITER}), of="bulk", unless=_COLLEAGUES),
    deed("cohorts:bulk_leave_out", frozenset({RECRUITER}), of="bulk line", unless=_COLLEAGUES),
    deed("cohorts:bulk_send_drafts", frozenset({RECRUITER}), of="bulk of drafts", unless=_COLLEAGUES),
    form("cohorts:application_dossier", RECRUITMENT, of="confirmed", zone=True),
    form("cohorts:course_plan", RECRUITMENT, of="certificate cohort", zone=True),
    page("cohorts:course_calendar", RECRUITMENT, of="certificate cohort", zone=True),
    page("cohorts:cohort_calendar", RECRUITMENT | LEADS | ADMINISTRATION, of="cohort", zone=True),
    page("cohorts:cohort_calendar_file", RECRUITMENT | LEADS | ADMINISTRATION, of="cohort", zone=True),
    deed("cohorts:course_day_drop", RECRUITMENT, of="day of class", zone=True),
    form("cohorts:block_list", RECRUITMENT, of="certificate cohort", zone=True),
    page("cohorts:application_attestation", RECRUITMENT, of="certificate student", zone=True, asks=("langue",)),
    page("cohorts:first_day", RECRUITMENT, of="cohort", zone=True),
    form("cohorts:first_day_edit", RECRUITMENT, of="cohort", zone=True),
    # nobody has come to a course that has not begun: refused in words
    deed("cohorts:enrolment_arrive", RECRUITMENT, of="student", zone=True, changes=False),
    deed("cohorts:enrolment_expect", RECRUITMENT, of="student", zone=True, changes=False),
    deed("cohorts:application_coming", RECRUITMENT, of="confirmed", zone=True),
    form("cohorts:application_papers", RECRUITMENT, of="confirmed", zone=True),
    page("cohorts:paper_open", RECRUITMENT, of="paper", zone=True),
    deed("cohorts:paper_accept", RECRUITMENT, of="paper", zone=True),
    deed("cohorts:paper_refuse", RECRUITMENT, of="paper", zone=True),
    deed("cohorts:paper_receive", RECRUITMENT, of="paper awaited", zone=True),
    deed("cohorts:paper_drop", RECRUITMENT, of="paper awaited", zone=True),
    deed("cohorts:paper_take_back", RECRUITMENT, of="paper accepted", zone=True),
    deed("cohorts:application_rank", RECRUITMENT, of="waitlisted", zone=True),
    page("cohorts:place_list", RECRUITMENT),
    page("cohorts:waiting_list", RECRUITMENT, of="cohort", zone=True),
    form(
        "cohorts:places_rule",
        HEADS,
        of="cohort",
        zone=True,
        asks=("cascades", "overbooking_percent", "hours_to_reply"),
    ),
]

THE_SLOTS = [
    page("cohorts:slot_list", RECRUITMENT, asks=("du", "nature", "zone")),
    form("cohorts:slot_add", RECRUITMENT),
    form("cohorts:slot_series", RECRUITMENT, asks=("first", "last")),
    # a new address is shown in the answer, once
    form("cohorts:slot_agenda", RECRUITMENT, post=OK),
    deed("cohorts:slot_agenda_close", RECRUITMENT),
    # the day is anybody's, its slots are those that one may see
    form("cohorts:day_cancel", RECRUITMENT, of="day", asks=("creneau",)),
    page("cohorts:slot_detail", RECRUITMENT, of="slot", zone=True, asks=("q", "dernier")),
    form("cohorts:slot_edit", RECRUITMENT, of="slot", zone=True),
    deed("cohorts:slot_attend", RECRUITMENT, of="slot today", zone=True),
    deed("cohorts:slot_miss", RECRUITMENT, of="slot today", zone=True),
    deed("cohorts:slot_walk_in", RECRUITMENT, of="slot today", zone=True),
    page("cohorts:slot_sheet", RECRUITMENT, of="slot", zone=True),
    form("cohorts:booking_rate", RECRUITMENT, of="somebody met", zone=True),
    form("cohorts:slot_choose", RECRUITMENT, of="submitted", zone=True),
    deed("cohorts:application_invite", RECRUITMENT, of="submitted", zone=True),
    deed("cohorts:booking_cancel", RECRUITMENT, of="booking", zone=True),
]


def _table(name: str, *, kept: bool = False) -> list[Row]:
    """A table that administrators alone open; with `kept`, its record is in use and cannot be deleted."""
    return [
        row(f"admin:{name}_changelist", ADMINISTRATION, get=OK, post=OK, changes=False, asks=("q", "p", "o")),
        row(f"admin:{name}_add", ADMINISTRATION, get=OK, post=WRONG),
        # to the journal, which is shut to reviewers
        row(f"admin:{name}_history", DESK, get=GO, post=GO, of=name, changes=False),
        row(f"admin:{name}_delete", ADMINISTRATION, get=OK, post=OK if kept else GO, of=name, changes=not kept),
        row(f"admin:{name}_change", ADMINISTRATION, get=OK, post=WRONG, of=name),
        row(f"admin/{name.replace('_', '/')}/<path:object_id>/", DESK, get=GO, post=GO, of=name, changes=False),
    ]


def _looked_at(name: str) -> list[Row]:
    """A table that administrators only read."""
    return [
        row(f"admin:{name}_changelist", ADMINISTRATION, get=OK, post=OK, changes=False, asks=("q", "p", "o")),
        row(f"admin:{name}_add", NOBODY, get=OK, post=OK),
        # to the journal, which is shut to reviewers
        row(f"admin:{name}_history", DESK, get=GO, post=GO, of=name, changes=False),
        row(f"admin:{name}_delete", NOBODY, get=OK, post=OK, of=name),
        row(f"admin:{name}_change", ADMINISTRATION, get=OK, post=FORBIDDEN, of=name),
        row(f"admin/{name.replace('_', '/')}/<path:object_id>/", DESK, get=GO, post=GO, of=name, changes=False),
    ]


THE_ADMINISTRATION = [
    page("admin:index", DESK, asks=()),
    # the reviewers' desk
    page("admin:programmes_curriculum_review", REVIEWERS, of="submitted content"),
    deed("admin:programmes_curriculum_approve_rest", REVIEWERS, of="submitted content"),
    form("admin:programmes_module_review", REVIEWERS, of="submitted module"),
    row("admin:programmes_curriculum_refuse", REVIEWERS, post=WRONG, of="submitted content", changes=False),
    row("admin:programmes_curriculum_commission", REVIEWERS, get=OK, post=WRONG, of="submitted content", changes=False),
    form("admin:programmes_curriculum_interest", REVIEWERS, of="submitted content"),
    page("admin:programmes_curriculum_minutes", REVIEWERS, of="minutes"),
    # the administrators' tables
    *_table("partnership_party"),
    *_table("partnership_zone", kept=True),
    *_table("placements_hostcompany"),
    *_table("placements_fundingoperator"),
    *_table("placements_collectiveagreement"),
    *_table("placements_tutorceiling"),
    *_table("placements_tutoreligibility"),
    *_table("cohorts_intake"),
    *_table("cohorts_cohort"),
    *_table("cohorts_paperkind"),
    *_table("cohorts_planningrate"),
    *_table("programmes_programme"),
    *_looked_at("partnership_journalentry"),
    *_looked_at("partnership_outgoingmessage"),
    *_looked_at("programmes_curriculum"),
    # what the library brings along
    row("admin:app_list", ADMINISTRATION, get=OK, post=OK, of="an app", refused=MISSING, changes=False),
    row("admin:login", SIGNED_IN, get=FORBIDDEN, post=FORBIDDEN),
    row(
        "admin:logout",
        SIGNED_IN,
        get=GO,
        post=GO,
        changes=False,
        unless={REVIEWER: (NOT_ALLOWED, GO), ADMINISTRATOR: (NOT_ALLOWED, GO)},
    ),
    row("admin:password_change", DESK, get=GO, post=GO, changes=False),
    row("admin:password_change_done", DESK, get=GO, post=GO, changes=False),
    row("admin:autocomplete", NOBODY, get=OK, post=OK, asks=("term", "app_label", "model_name", "field_name")),
    row("admin:jsi18n", DESK, get=OK),
    row("admin:view_on_site", DESK, get=MISSING, post=MISSING, of="a page of the site"),
    row("admin/(?P<url>.*)$", DESK, get=MISSING, post=MISSING),
]

IN_DEVELOPMENT = [
    page("style", EVERYBODY),
    page("style_error", EVERYBODY, of="failure"),
    page("mailbox", EVERYBODY, asks=("q",)),
    page("mailbox_letter", EVERYBODY, of="caught letter"),
    page("mailbox_letter_html", EVERYBODY, of="caught letter"),
]

TABLE = [
    *PUBLIC,
    *THE_PARTNERSHIP,
    *THE_MACHINE,
    *THE_TEAM,
    *CONTENTS_OF_COURSES,
    *THE_CHAIR,
    *THE_RECRUITMENT,
    *THE_SLOTS,
    *THE_PLACES,
    *THE_ADMINISTRATION,
    *IN_DEVELOPMENT,
]

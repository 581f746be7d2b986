"""Every page of Tandem: who reads it, with which address, and which of its forms come back when they are sent empty."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLResolver, get_resolver

from cohorts.states import ApplicationState, ImportState, SlotKind
from cohorts.states import ApplicationState as S
from config import handbook, style
from partnership.desk import ReadOnlyAdmin
from partnership.models import Party
from partnership.states import Role

from .content_pages import CHAIR, CONTENTS
from .convention_pages import CONVENTION
from .page import (
    MAIN_FORM,
    Page,
    application,
    asked_for_a_code,
    both_under_way,
    bulk,
    by_source,
    certificate_slug,
    cohort_of,
    draft_letter,
    entered_twice,
    file_letter,
    follow,
    gave_the_password,
    of_list,
    of_role,
    on_conditions,
    paper_by_link,
    part_time,
    poster,
    presented,
    resumed,
    sent_too_late,
    series,
    slot,
    slug,
    source,
    with_papers,
)
from .placing_pages import PLACING
from .world import World

PUBLIC = [
    Page("front"),
    Page("privacy"),
    Page("privacy_version", args=lambda world: ["2026-11-23"], note="former"),
    Page("accessibility"),
    Page("legal"),
    Page("account_login", forms=MAIN_FORM),
    Page("account_request_login_code", forms=MAIN_FORM),
    Page("account_confirm_login_code", before=asked_for_a_code, forms=("main form >> nth=0",)),
    Page("mfa_authenticate", before=gave_the_password, forms=MAIN_FORM),
    Page("account_reset_password", forms=MAIN_FORM),
    Page("password_reset", args=lambda world: [world.tokens["new password"]], forms=MAIN_FORM),
    Page("password_reset", args=lambda world: ["inconnu"], status=404, note="unknown"),
    Page("style"),
    Page("mailbox"),
    Page("mailbox_letter", args=lambda world: [world.caught]),
    Page("cohorts:programme_detail", args=slug),
    Page("cohorts:programme_detail", args=lambda world: ["directeur-de-centres-de-clientele"], note="certificate"),
    Page("cohorts:programme_detail", args=lambda world: ["chaire-de-telemarketing"], note="chair"),
    Page("cohorts:apply_identity", args=slug, query="?autre=1", forms=MAIN_FORM),
    Page("cohorts:apply_project", args=slug, before=resumed("begun"), forms=MAIN_FORM),
    Page("cohorts:apply_check", args=slug, before=resumed("described")),
    Page("cohorts:apply_thanks", args=slug, before=resumed("sent")),
    Page("cohorts:apply_identity", args=certificate_slug, query="?autre=1", forms=MAIN_FORM, note="certificate"),
    Page(
        "cohorts:apply_project", args=certificate_slug, before=resumed("in post"), forms=MAIN_FORM, note="certificate"
    ),
    Page("cohorts:apply_check", args=certificate_slug, before=resumed("career"), note="certificate"),
    Page("cohorts:follow_days", args=follow("in class")),
    Page("placements:application_follow", args=follow("in class"), note="block by block"),
    Page("placements:application_follow", args=follow("certified"), note="certified"),
    Page("cohorts:follow_rhythm", args=follow(S.CONFIRMED)),
    Page("cohorts:application_resume", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM),
    *(
        Page("placements:application_follow", args=follow(state), note=state.value)
        for state in ApplicationState
        if state not in (S.DRAFT, S.ENQUIRY, S.EXPIRED)
    ),
    Page("placements:application_follow", args=follow("follow accepted"), note="placed"),
    Page("placements:application_follow", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:follow_decline", args=follow(S.ADMITTED), forms=MAIN_FORM),
    Page("placements:follow_withdraw", args=follow(S.SUBMITTED), forms=MAIN_FORM),
    Page("placements:follow_data", args=follow(S.SUBMITTED)),
    Page("placements:follow_data", args=follow(S.REJECTED), note="closed"),
    Page("placements:follow_data", args=lambda world: [world.tokens["begun"]], note="begun"),
    Page("placements:follow_data", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:follow_erase", args=follow(S.ADMITTED), forms=MAIN_FORM),
    Page("placements:data_take", args=lambda world: [world.tokens["data"]]),
    Page("placements:data_erase", args=lambda world: [world.tokens["erasure"]]),
    Page("placements:follow_appointments", args=follow(S.SUBMITTED)),
    Page("placements:follow_appointments", args=follow(S.REJECTED), note="nothing to choose"),
    Page("placements:follow_appointment_cancel", args=lambda world: [world.tokens["visitor"], "open_day"]),
    Page("placements:application_follow", args=follow("visitor"), note="open day"),
    Page("cohorts:follow_dossier", args=follow(S.CONFIRMED), forms=MAIN_FORM),
    Page("cohorts:follow_paper", args=paper_by_link("awaited"), forms=MAIN_FORM),
    Page("cohorts:follow_paper", args=paper_by_link("refused"), note="refused before"),
    Page("placements:placement_answer", args=follow("answer proposed")),
    Page("placements:placement_answer", args=follow("answer accepted"), note="answered"),
    Page("placements:placement_answer", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:answer_decline", args=follow("answer proposed"), forms=MAIN_FORM),
    Page("placements:pledge_answer", args=follow("places asked"), forms=MAIN_FORM),
    Page("placements:pledge_answer", args=follow("places answered"), note="answered"),
    Page("placements:pledge_answer", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:contract_sheet", args=follow("contract asked"), forms=MAIN_FORM),
    Page("placements:contract_sheet", args=follow("contract received"), note="received"),
    Page("placements:contract_sheet", args=follow("contract signed"), note="prepared"),
    Page("placements:contract_sheet", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:presentation_answer", args=follow("presentation")),
    Page("placements:presentation_answer", args=lambda world: ["inconnu"], status=404, forms=MAIN_FORM, note="unknown"),
    Page("placements:presentation_meet", args=presented("presentation"), forms=MAIN_FORM),
    Page("placements:presentation_pass", args=presented("presentation"), forms=MAIN_FORM),
    Page("placements:application_follow", args=follow("introduced"), note="introduced"),
    Page("placements:follow_introduction_decline", args=presented("introduced"), forms=MAIN_FORM),
]

TEAM = [
    Page("partnership:person_list", Role.ADMINISTRATOR),
    Page("partnership:person_list", Role.ADMINISTRATOR, query="?q=zzzz", note="nobody found"),
    Page("partnership:person_invite", Role.ADMINISTRATOR, forms=MAIN_FORM),
    Page("partnership:person_detail", Role.ADMINISTRATOR, of_role(Role.RECRUITER)),
    Page("partnership:person_detail", Role.ADMINISTRATOR, lambda world: [world.invited.pk], note="invited"),
    Page("partnership:person_edit", Role.ADMINISTRATOR, of_role(Role.RECRUITER)),
    Page("partnership:person_dismiss", Role.ADMINISTRATOR, of_role(Role.RECRUITER)),
    Page("partnership:membership_add", Role.ADMINISTRATOR, of_role(Role.RECRUITER)),
    Page(
        "partnership:membership_edit",
        Role.ADMINISTRATOR,
        lambda world: [world.user(Role.RECRUITER).memberships.first().pk],
    ),
    Page("partnership:invitation_accept", args=lambda world: [world.tokens["invitation"]], forms=MAIN_FORM),
    Page("partnership:invitation_accept", args=lambda world: ["inconnue"], status=404, note="unknown"),
    Page("partnership:letter_opt_out", args=lambda world: [world.tokens["no more"]]),
    Page("partnership:letter_opt_out", args=lambda world: ["inconnue"], status=404, note="unknown"),
]

# Each chapter as whoever it is for reads it; those of the personal links have no reader of their own.
GUIDE = [
    Page("guide", Role.COORDINATOR),
    *(
        Page(
            "guide_chapter",
            chapter.role or Role.RECRUITER,
            lambda world, chapter=chapter: [chapter.slug],
            # A lead has no pages without a zone.
            zone="lyon" if chapter.role == Role.REGIONAL_LEAD else None,
            note=chapter.slug if number else "",
        )
        for number, chapter in enumerate(handbook.CHAPTERS)
    ),
]

ACCOUNT = [
    Page("account", Role.COORDINATOR),
    Page("account", Role.AUTHOR, note="second factor"),
    Page("account_change_password", Role.COORDINATOR, forms=MAIN_FORM),
    Page("second_factor_add", Role.COORDINATOR, forms=MAIN_FORM),
    Page("second_factor_remove", Role.AUTHOR, forms=MAIN_FORM),
    Page("recovery_codes", Role.AUTHOR, forms=MAIN_FORM),
    Page("kept_post", before=sent_too_late),
]

RECRUITMENT = [
    Page("cohorts:worklist", Role.RECRUITER),
    Page("cohorts:worklist", Role.RECRUITER, query="?pour=tous", note="everybody’s"),
    Page("cohorts:worklist", Role.RECRUITER, query="?quoi=entretiens", note="interviews"),
    Page("cohorts:team_load", Role.HEAD_OF_RECRUITMENT),
    Page("cohorts:absence_list", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:contact_add", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:application_list", Role.RECRUITER),
    Page("cohorts:application_list", Role.RECRUITER, query="?q=zzzz", note="nothing found"),
    Page("cohorts:application_count", Role.RECRUITER, query="?zone=lyon"),
    Page("cohorts:application_list", Role.RECRUITER, query="?zone=nulle-part", note="unknown filter"),
    *(
        Page(
            "cohorts:application_detail",
            Role.RECRUITER,
            application(state),
            forms=tuple(f"form[action$='/{deed}/']" for deed in deeds),
            note=state.value,
        )
        for state, deeds in {
            S.SUBMITTED: ("appel", "entretien", "entretien/passe", "injoignable", "desistement"),
            S.INTERVIEW_SCHEDULED: ("entretien/passe",),
            S.NO_SHOW: (),
            S.INTERVIEWED: (),
            S.WAITLISTED: (),
            S.ADMITTED: ("decliner",),
            S.CONFIRMED: (),
            S.REJECTED: ("rouvrir",),
        }.items()
    ),
    Page("cohorts:call_script", Role.RECRUITER, application(S.SUBMITTED)),
    Page("cohorts:application_letter", Role.RECRUITER, file_letter),
    Page("cohorts:application_letter", Role.RECRUITER, draft_letter, note="draft"),
    Page("cohorts:letter_edit", Role.RECRUITER, draft_letter, forms=MAIN_FORM),
    Page("cohorts:letter_tell", Role.RECRUITER, draft_letter),
    Page("cohorts:address_correct", Role.RECRUITER, lambda world: [world.refused.pk]),
    Page("cohorts:application_detail", Role.RECRUITER, lambda world: [world.refused.pk], note="address refused"),
    Page("cohorts:letter_desk", Role.RECRUITER, query="?vue=partent"),
    Page("cohorts:letter_desk", Role.RECRUITER, query="?vue=brouillons", note="drafts"),
    Page("cohorts:letter_kind_list", Role.RECRUITER),
    Page("cohorts:letter_kind_list", Role.RECRUITER, query="?dossier=zzzz", note="no such file"),
    Page("cohorts:letter_kind", Role.RECRUITER, lambda world: ["application_admitted"]),
    Page("cohorts:bulk_detail", Role.RECRUITER, bulk("write"), forms=("main aside form",), note="to say"),
    Page("cohorts:bulk_detail", Role.RECRUITER, bulk("invite"), note="letters"),
    Page("cohorts:bulk_detail", Role.RECRUITER, bulk("nobody"), note="nobody"),
    Page("cohorts:bulk_detail", Role.RECRUITER, bulk("drafts"), note="report"),
    Page("cohorts:application_reject", Role.RECRUITER, application(S.INTERVIEWED)),
    Page(
        "cohorts:application_reject",
        Role.RECRUITER,
        application(S.INTERVIEWED),
        query="?reject-reason=profile",
        note="letter",
    ),
    Page("cohorts:import_list", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:import_columns", Role.RECRUITER, of_list(ImportState.RECEIVED)),
    *(
        Page("cohorts:import_detail", Role.RECRUITER, of_list(state), note=state.value)
        for state in ImportState
        if state != ImportState.RECEIVED
    ),
    Page("cohorts:import_detail", Role.RECRUITER, of_list(ImportState.CHECKED), query="?lignes=wrong", note="rows"),
    Page("cohorts:fair_sheet", Role.RECRUITER),
    Page("cohorts:application_data", Role.RECRUITER, application(S.REJECTED), forms=MAIN_FORM),
    Page("cohorts:application_data", Role.HEAD_OF_RECRUITMENT, application(S.REJECTED), note="of the head"),
    Page("cohorts:retention_report", Role.ADMINISTRATOR),
    Page("cohorts:retention_report", Role.HEAD_OF_RECRUITMENT, note="of the head"),
    Page("cohorts:export_log", Role.HEAD_OF_RECRUITMENT),
    Page("cohorts:duplicate_list", Role.RECRUITER),
    Page("cohorts:candidate_merge", Role.RECRUITER, entered_twice, forms=MAIN_FORM),
    Page("cohorts:candidate_merge", Role.RECRUITER, both_under_way, note="both under way"),
    Page("cohorts:template_list", Role.RECRUITER, query="?etat=en_cours"),
    Page("cohorts:template_add", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:template_edit", Role.RECRUITER, lambda world: [world.column_template.pk]),
    Page("cohorts:application_admit", Role.RECRUITER, application(S.INTERVIEWED)),
    Page(
        "cohorts:application_admit",
        Role.RECRUITER,
        application(S.INTERVIEWED),
        query="?lire=1&conditions=bac&conditions=age",
        note="letter",
    ),
    Page("cohorts:application_list", Role.RECRUITER, query="?vue=colonnes", note="columns"),
    Page("cohorts:source_list", Role.RECRUITER),
    Page("cohorts:source_list", Role.RECRUITER, query="?zone=lyon", note="of a zone"),
    Page("cohorts:source_add", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:source_detail", Role.RECRUITER, source),
    Page("cohorts:source_edit", Role.RECRUITER, source, forms=MAIN_FORM),
    Page("cohorts:source_poster", Role.RECRUITER, source, query=poster),
    Page("cohorts:source_poster", Role.RECRUITER, source, query="?papier=a5", note="of all the courses"),
    Page("cohorts:application_source", Role.RECRUITER, application(S.INTERVIEWED)),
    Page("cohorts:application_list", Role.RECRUITER, query=by_source, note="of a source"),
    Page("cohorts:view_list", Role.RECRUITER),
    Page("cohorts:view_add", Role.RECRUITER, query="?zone=lyon&etat=en_cours", forms=MAIN_FORM),
    Page("cohorts:view_edit", Role.RECRUITER, lambda world: [world.saved_view.pk], forms=MAIN_FORM),
    Page("cohorts:condition_list", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:condition_list", Role.RECRUITER, query="?q=zzzz", note="nothing to tick"),
    Page("cohorts:application_detail", Role.RECRUITER, on_conditions, note="on conditions"),
    Page("placements:application_follow", args=follow("on conditions"), note="on conditions"),
    *(
        Page(f"cohorts:application_{deed}", Role.RECRUITER, application(state))
        for deed, state in (("transfer", S.INTERVIEW_SCHEDULED), ("postpone", S.INTERVIEWED), ("redirect", S.SUBMITTED))
    ),
    Page(
        "cohorts:application_transfer",
        Role.RECRUITER,
        application(S.SUBMITTED),
        query=lambda world: f"?cohort={world.cohort('toulouse').pk}",
        note="letter",
    ),
    Page("cohorts:slot_list", Role.RECRUITER),
    Page("cohorts:slot_list", Role.RECRUITER, query="?du=2020-01-06&nature=tests", note="none"),
    Page("cohorts:slot_add", Role.RECRUITER, forms=MAIN_FORM),
    Page("cohorts:slot_series", Role.RECRUITER),
    Page("cohorts:slot_series", Role.RECRUITER, query=series, note="read"),
    Page("cohorts:slot_series", Role.RECRUITER, query="?first=", status=422, note="wrong"),
    Page("cohorts:slot_agenda", Role.RECRUITER),
    Page("cohorts:slot_detail", Role.RECRUITER, slot(SlotKind.OPEN_DAY)),
    Page(
        "cohorts:slot_detail",
        Role.RECRUITER,
        lambda world: [world.today.pk],
        forms=("form[action$='/venu/']",),
        note="its day",
    ),
    Page("cohorts:day_cancel", Role.RECRUITER, lambda world: [world.slot(SlotKind.OPEN_DAY).day], forms=MAIN_FORM),
    Page("cohorts:day_cancel", Role.RECRUITER, lambda world: ["2020-01-06"], note="nothing left"),
    Page("cohorts:slot_sheet", Role.RECRUITER, slot(SlotKind.OPEN_DAY)),
    Page("cohorts:booking_rate", Role.RECRUITER, lambda world: [world.met.pk], forms=MAIN_FORM),
    Page("cohorts:slot_edit", Role.RECRUITER, slot(SlotKind.OPEN_DAY)),
    Page("cohorts:slot_choose", Role.RECRUITER, application(S.SUBMITTED)),
    Page("cohorts:application_dossier", Role.RECRUITER, application(S.CONFIRMED), forms=MAIN_FORM),
    Page("cohorts:application_papers", Role.RECRUITER, with_papers, forms=("form.file-asks",)),
    Page("cohorts:application_papers", Role.RECRUITER, application(S.SUBMITTED), note="none asked for"),
    Page("cohorts:application_detail", Role.RECRUITER, with_papers, note="papers to look at"),
    Page("placements:application_follow", args=follow("papers"), note="papers"),
    Page("cohorts:course_plan", Role.RECRUITER, part_time, forms=("main form.form",)),
    Page("cohorts:block_list", Role.RECRUITER, part_time),
    Page("cohorts:application_detail", Role.RECRUITER, lambda world: [world.in_class.pk], note="block by block"),
    Page("cohorts:cohort_calendar", Role.RECRUITER, cohort_of("lyon")),
    Page("cohorts:cohort_calendar", Role.REGIONAL_LEAD, cohort_of("toulouse"), "toulouse", note="of the lead"),
    Page("cohorts:first_day", Role.RECRUITER, cohort_of("lyon")),
    Page("cohorts:first_day_edit", Role.RECRUITER, cohort_of("lyon"), forms=MAIN_FORM),
    Page("cohorts:place_list", Role.RECRUITER),
    Page("cohorts:waiting_list", Role.RECRUITER, cohort_of("lyon")),
    Page("cohorts:waiting_list", Role.HEAD_OF_RECRUITMENT, cohort_of("toulouse"), note="of the head"),
    Page("cohorts:places_rule", Role.HEAD_OF_RECRUITMENT, cohort_of("lyon")),
    Page(
        "cohorts:places_rule",
        Role.HEAD_OF_RECRUITMENT,
        cohort_of("lyon"),
        query="?cascades=on&overbooking_percent=10&hours_to_reply=18",
        note="what it will do",
    ),
    Page(
        "cohorts:places_rule",
        Role.HEAD_OF_RECRUITMENT,
        cohort_of("lyon"),
        query="?overbooking_percent=&hours_to_reply=0",
        status=422,
        note="wrong",
    ),
    Page("job_detail", Role.RECRUITER, lambda world: [world.job.pk]),
    Page("job_detail", Role.RECRUITER, lambda world: [world.failed_job.pk], note="failed"),
]

# Of a page whose record can also be forgotten, by a form of its own below.
# What answers when something is refused; the address stands for any other.
REFUSALS = [
    Page("home", None, query="nulle-part/", status=404, note="not found"),
    Page("front", query="?q=%00", status=400, note="impossible text"),
    Page("admin:login", Role.RECRUITER, status=403),
    *(Page("style_error", args=lambda world, status=status: [status], note=str(status)) for status in style.ERRORS),
    Page("placements:zone_board", Role.RECRUITER, lambda world: ["lyon"], status=403, note="forbidden"),
]


TABLES = list(admin.site._registry.items())


def _admin_name(model: type[Model]) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def _first(model: type[Model]) -> Callable[[World], list[Any]]:
    return lambda world: [model._default_manager.order_by("pk").first().pk]


def _tables() -> Iterator[Page]:
    """The administrators' tables, and what can be done with a line of them."""
    for model, table in TABLES:
        name = _admin_name(model)
        form = () if isinstance(table, ReadOnlyAdmin) else ("#content-main form",)
        yield Page(f"{name}_changelist", Role.ADMINISTRATOR)
        yield Page(f"{name}_change", Role.ADMINISTRATOR, _first(model), forms=form)
        if form:
            yield Page(f"{name}_add", Role.ADMINISTRATOR, forms=form)


ADMINISTRATION = [
    Page("partnership:operations", Role.ADMINISTRATOR),
    Page("partnership:operations", Role.ADMINISTRATOR, query="?avant=1", note="no older letters"),
    Page("admin:index", Role.ADMINISTRATOR, note="tables"),
    Page("admin:app_list", Role.ADMINISTRATOR, lambda world: ["partnership"]),
    Page("admin:partnership_party_delete", Role.ADMINISTRATOR, lambda world: [Party.objects.get(code="igs").pk]),
    Page("admin:partnership_journalentry_changelist", Role.ADMINISTRATOR, query="?q=rien", note="nothing found"),
    *_tables(),
]

PAGES = [
    *PUBLIC,
    *GUIDE,
    *ACCOUNT,
    *CONVENTION,
    *TEAM,
    *CONTENTS,
    *CHAIR,
    *RECRUITMENT,
    *PLACING,
    *REFUSALS,
    *ADMINISTRATION,
]

# Names that are no page of their own, and why.
ELSEWHERE = {
    "livez": "a word for machines",
    "readyz": "JSON for machines",
    "metrics": "text for machines",
    "mail_news": "hears machines",
    "account_logout": "asks by POST; its GET is the question of the library, for whoever typed the address",
    "partnership:report_pdf": "a file",
    "partnership:report_xlsx": "a file",
    "partnership:convention_pdf": "a file",
    "recovery_codes_file": "a file",
    "cohorts:slot_feed": "a calendar",
    "partnership:agenda_file": "a calendar",
    "partnership:agenda_feed": "a calendar",
    "placements:lead_calendar": "a calendar",
    "placements:follow_calendar": "a calendar",
    "placements:zone_report_export": "a file",
    "admin:programmes_curriculum_minutes": "a file",
    "programmes:attachment_open": "a file",
    "programmes:chair_feed": "a calendar",
    "cohorts:course_calendar": "a calendar",
    "cohorts:follow_days_calendar": "a calendar",
    "cohorts:cohort_calendar_file": "a calendar",
    "cohorts:follow_rhythm_calendar": "a calendar",
    "cohorts:application_attestation": "a file",
    "cohorts:follow_attestation": "a file",
    "placements:follow_appointment_calendar": "a calendar",
    "placements:presentation_cv": "a file",
    "cohorts:programme_pdf": "a file",
    "programmes:curriculum_record": "a file",
    "programmes:curriculum_submission": "a file",
    "cohorts:apply": "redirects to the first step",
    "cohorts:application_export": "a file",
    "cohorts:application_export_xlsx": "a file",
    "cohorts:import_corrections": "a file",
    "cohorts:fair_sheet_file": "a file",
    "cohorts:call_next": "redirects to the next file",
    "cohorts:paper_open": "a file",
    "cohorts:application_erase": "its form is on the page of the personal data, to which its address redirects",
    "job_result": "a file",
    "placements:home": "redirects to the zone",
    "placements:contract_pdf": "a file",
    "placements:contract_sheet_pdf": "a file",
    "placements:contract_paper_open": "a file",
    "placements:host_list_sheet": "a file",
    "mailbox_letter_html": "a letter, alone: its style is its own",
    "admin:logout": "takes a POST",
    "admin:password_change": "redirects to one's account",
    "admin:password_change_done": "redirects to one's account",
    "admin:autocomplete": "JSON of a menu",
    "admin:jsi18n": "a script",
    "admin:view_on_site": "redirects",
}


def names() -> set[str]:
    """The name of every address that may show a page.

    Left out: what only takes a POST; the administration's histories, which redirect to the journal; its questions
    before deleting, of which the table holds two; adding to a table that is only read.
    """
    found = set()
    read_only = tuple(_admin_name(model) for model, table in TABLES if isinstance(table, ReadOnlyAdmin))
    for name, view in _walk(get_resolver().url_patterns):
        is_closed = name.startswith(read_only) and name.endswith("_add")
        if not name.endswith(("_history", "_delete")) and not is_closed and not _only_posts(view):
            found.add(name)
    return found


def _walk(patterns: list, namespace: str = "") -> Iterator[tuple[str, Callable]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inside)
        elif pattern.name:
            yield namespace + pattern.name, pattern.callback


def _only_posts(view: Callable) -> bool:
    """Whether a view is one of ours that refuses GET; the library's decorators keep the methods in their closure."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if cell.cell_contents == ["POST"]:
                return True
        view = getattr(view, "__wrapped__", None)
    return False

"""What is done with applications: each service reads like the minutes of a meeting."""

from .absences import end_absence, plan_absence
from .addresses import ADDRESSES, correct_address
from .agenda import agenda_of, close_agenda, open_agenda, open_agendas
from .applying import begin, correct_identity, describe_project, send_links, submit
from .attendance import attend, expect_again, is_attended, miss, miss_the_others, rate, walk_in
from .attestations import attestation, standing_of
from .blocks import Standing, content_of, record_blocks, standings, students_of
from .bookings import book, choose, give_up, invite, kinds_to_choose, may_choose
from .calendars import calendar_of, pattern_of
from .calls import record_call
from .cancellations import Fate, Rebooking, cancel_slots, letter_of_cancellation, read_cancellation
from .conditions import hinders, meet, meet_all, take_back
from .consents import consents_of, give_consent, read_notice, withdraw_consent
from .contacts import add_contact
from .days import drop_day, is_closed, plan_days
from .decisions import (
    admit,
    confirm,
    decline,
    letter_of_admission,
    letter_of_rejection,
    mark_unreachable,
    reject,
    reopen,
    waitlist,
    withdraw,
)
from .dossiers import pay_lines, save_dossier
from .following import entrust, tell_entrusted
from .headcounts import count_again, count_again_if_many
from .hearing import hear, lacks, submit_by_telephone, tell_notice
from .imports import confirm_list, drop_list, forget_lists, match_columns, receive_list, same_list
from .interviews import cancel_interview, record_absence, record_interview, schedule_interview
from .keeping import FILES_END, Keeping, coming, keeping_of, left_open, over, tell_that_it_ends, to_tell
from .letters import write_paragraph
from .merging import TRAITS, as_shown, differing, merge, rivals, tell_apart, trait
from .mornings import MORNINGS
from .own_data import ask_for_data, ask_for_erasure, erase_on_request, take_data
from .papers import (
    PAPERS,
    accept_paper,
    ask_papers,
    ask_usual,
    drop_paper,
    load_kinds,
    look_again_at_papers,
    receive_on_paper,
    refuse_paper,
    send_paper,
    take_paper_back,
    to_ask,
)
from .personal_links import file_behind
from .places import REMINDERS, expire, fill_places, offer_next, rank, rule_places, unanswered
from .planning import load_planning_rates
from .sameness import held
from .saved_views import change_view, remove_view, save_view
from .slots import change_slot, moments, open_slots
from .sources import change_source, open_source, set_source
from .students import STUDENTS, answer_if_coming, arrive, expect_student_again, say_first_day
from .templates import change_template, make_template, remove_template
from .transfers import (
    letter_of_postponement,
    letter_of_redirection,
    letter_of_transfer,
    postpone,
    redirect,
    transfer,
)

__all__ = [
    "calendar_of",
    "pattern_of",
    "ADDRESSES",
    "MORNINGS",
    "PAPERS",
    "REMINDERS",
    "Fate",
    "Rebooking",
    "STUDENTS",
    "Standing",
    "content_of",
    "drop_day",
    "is_closed",
    "plan_days",
    "record_blocks",
    "standings",
    "students_of",
    "accept_paper",
    "attestation",
    "standing_of",
    "FILES_END",
    "REMINDERS",
    "Keeping",
    "TRAITS",
    "add_contact",
    "admit",
    "agenda_of",
    "ask_for_data",
    "ask_for_erasure",
    "attend",
    "answer_if_coming",
    "arrive",
    "ask_papers",
    "ask_usual",
    "as_shown",
    "begin",
    "book",
    "cancel_interview",
    "cancel_slots",
    "change_slot",
    "change_source",
    "change_template",
    "change_view",
    "choose",
    "close_agenda",
    "coming",
    "confirm",
    "confirm_list",
    "correct_address",
    "count_again",
    "count_again_if_many",
    "consents_of",
    "correct_identity",
    "decline",
    "describe_project",
    "entrust",
    "differing",
    "drop_list",
    "drop_paper",
    "end_absence",
    "erase_on_request",
    "expect_again",
    "expect_student_again",
    "expire",
    "file_behind",
    "fill_places",
    "forget_lists",
    "give_consent",
    "give_up",
    "hear",
    "held",
    "hinders",
    "invite",
    "is_attended",
    "keeping_of",
    "kinds_to_choose",
    "lacks",
    "left_open",
    "letter_of_admission",
    "letter_of_cancellation",
    "letter_of_postponement",
    "letter_of_redirection",
    "letter_of_rejection",
    "letter_of_transfer",
    "load_kinds",
    "load_planning_rates",
    "look_again_at_papers",
    "make_template",
    "mark_unreachable",
    "match_columns",
    "may_choose",
    "meet",
    "meet_all",
    "miss",
    "miss_the_others",
    "merge",
    "moments",
    "offer_next",
    "open_agenda",
    "open_agendas",
    "open_slots",
    "open_source",
    "over",
    "pay_lines",
    "plan_absence",
    "postpone",
    "rank",
    "rate",
    "read_cancellation",
    "read_notice",
    "receive_list",
    "receive_on_paper",
    "record_absence",
    "record_call",
    "record_interview",
    "redirect",
    "refuse_paper",
    "reject",
    "remove_template",
    "remove_view",
    "reopen",
    "rivals",
    "rule_places",
    "same_list",
    "save_dossier",
    "save_view",
    "say_first_day",
    "schedule_interview",
    "send_links",
    "send_paper",
    "set_source",
    "submit",
    "submit_by_telephone",
    "take_back",
    "take_paper_back",
    "tell_entrusted",
    "tell_notice",
    "to_ask",
    "take_data",
    "tell_that_it_ends",
    "to_tell",
    "tell_apart",
    "trait",
    "transfer",
    "unanswered",
    "waitlist",
    "walk_in",
    "withdraw",
    "withdraw_consent",
    "write_paragraph",
]

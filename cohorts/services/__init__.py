"""What is done with applications: each service reads like the minutes of a meeting."""

from .absences import end_absence, plan_absence
from .addresses import ADDRESSES, correct_address
from .agenda import agenda_of, close_agenda, open_agenda, open_agendas
from .applying import begin, correct_identity, describe_project, send_links, submit
from .attendance import attend, expect_again, is_attended, miss, miss_the_others, rate, walk_in
from .bookings import book, choose, give_up, invite, kinds_to_choose, may_choose
from .calls import record_call
from .conditions import hinders, meet, meet_all, take_back
from .contacts import add_contact
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
from .imports import confirm_list, drop_list, forget_lists, match_columns, receive_list, same_list
from .interviews import cancel_interview, record_absence, record_interview, schedule_interview
from .letters import write_paragraph
from .places import REMINDERS, expire, fill_places, offer_next, rank, rule_places, unanswered
from .saved_views import change_view, remove_view, save_view
from .slots import change_slot, moments, open_slots
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
    "ADDRESSES",
    "REMINDERS",
    "add_contact",
    "admit",
    "agenda_of",
    "attend",
    "begin",
    "book",
    "cancel_interview",
    "change_slot",
    "change_template",
    "change_view",
    "choose",
    "close_agenda",
    "confirm",
    "confirm_list",
    "correct_address",
    "correct_identity",
    "decline",
    "end_absence",
    "plan_absence",
    "describe_project",
    "expect_again",
    "drop_list",
    "expire",
    "fill_places",
    "forget_lists",
    "give_up",
    "hinders",
    "invite",
    "is_attended",
    "kinds_to_choose",
    "letter_of_admission",
    "letter_of_postponement",
    "letter_of_redirection",
    "letter_of_rejection",
    "letter_of_transfer",
    "make_template",
    "mark_unreachable",
    "match_columns",
    "may_choose",
    "meet",
    "meet_all",
    "miss",
    "miss_the_others",
    "moments",
    "offer_next",
    "open_agenda",
    "open_agendas",
    "open_slots",
    "pay_lines",
    "postpone",
    "rank",
    "rate",
    "receive_list",
    "record_absence",
    "record_call",
    "record_interview",
    "redirect",
    "reject",
    "remove_template",
    "remove_view",
    "reopen",
    "rule_places",
    "save_dossier",
    "same_list",
    "save_view",
    "schedule_interview",
    "send_links",
    "submit",
    "take_back",
    "transfer",
    "unanswered",
    "waitlist",
    "walk_in",
    "withdraw",
    "write_paragraph",
]

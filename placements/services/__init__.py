"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .host_calls import add_contact, edit_contact, let_contact_answer, record_host_call, remove_contact
from .host_lists import forget_host_list, receive_host_list, sites_of, write_host_list
from .hosts import add_site, edit_company, edit_site
from .new_links import send_new_answer_link, send_new_follow_link
from .placements import accept, cancel, decline, free_the_seat, propose, send_now, undo
from .places import close_seat, open_seats, reconfirm
from .proposals import (
    KIND,
    REPLAY,
    accept_line,
    ask_for_proposal,
    ask_for_student,
    ask_replay,
    ask_what_if,
    forget_inputs,
    plan_of,
    proposal_step,
    replay_step,
    say_mobility,
)
from .reference import load_host_reference
from .tutors import add_tutor, assign_tutor, edit_tutor, let_tutor_go

__all__ = [
    "KIND",
    "REPLAY",
    "accept",
    "accept_line",
    "add_contact",
    "add_site",
    "add_tutor",
    "ask_for_proposal",
    "ask_for_student",
    "ask_replay",
    "ask_what_if",
    "assign_tutor",
    "cancel",
    "close_seat",
    "decline",
    "edit_company",
    "edit_contact",
    "edit_site",
    "edit_tutor",
    "forget_host_list",
    "forget_inputs",
    "free_the_seat",
    "let_contact_answer",
    "let_tutor_go",
    "load_host_reference",
    "open_seats",
    "plan_of",
    "proposal_step",
    "propose",
    "receive_host_list",
    "reconfirm",
    "record_host_call",
    "remove_contact",
    "replay_step",
    "say_mobility",
    "send_new_answer_link",
    "send_new_follow_link",
    "send_now",
    "sites_of",
    "undo",
    "write_host_list",
]

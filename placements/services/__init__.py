"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .hosts import add_site, edit_site
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
    "edit_site",
    "edit_tutor",
    "forget_inputs",
    "free_the_seat",
    "let_tutor_go",
    "load_host_reference",
    "open_seats",
    "plan_of",
    "proposal_step",
    "propose",
    "reconfirm",
    "replay_step",
    "say_mobility",
    "send_new_answer_link",
    "send_new_follow_link",
    "send_now",
    "undo",
]

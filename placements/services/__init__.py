"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .closing import close_introductions
from .hosts import add_site, edit_site
from .introductions import (
    MOST_PRESENTED,
    choose,
    fix_meeting,
    hand_link,
    no_answer,
    not_choose,
    present,
    student_declines,
    take_back,
)
from .new_links import send_new_answer_link, send_new_follow_link, send_new_presentation_link
from .placements import accept, cancel, decline, free_the_seat, propose, send_now, undo
from .places import close_seat, open_seats, reconfirm

__all__ = [
    "MOST_PRESENTED",
    "accept",
    "add_site",
    "cancel",
    "choose",
    "close_introductions",
    "close_seat",
    "decline",
    "edit_site",
    "fix_meeting",
    "free_the_seat",
    "hand_link",
    "no_answer",
    "not_choose",
    "open_seats",
    "present",
    "propose",
    "reconfirm",
    "send_new_answer_link",
    "send_new_follow_link",
    "send_new_presentation_link",
    "send_now",
    "student_declines",
    "take_back",
    "undo",
]

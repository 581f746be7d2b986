"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .asking import (
    ASKING,
    OLD_ANSWERS,
    SILENT_HOSTS,
    AskReview,
    ask_step,
    choose_hosts,
    leave_host_out,
    letter_to,
    review_hosts,
    say_to_hosts,
    send_new_pledge_link,
    start_asking,
)
from .hosts import add_site, edit_site
from .new_links import send_new_answer_link, send_new_follow_link
from .placements import accept, cancel, decline, free_the_seat, propose, send_now, undo
from .places import Heard, close_seat, let_go, open_seats, pledge, reconfirm
from .zone_leads import lead_of, leads_of

__all__ = [
    "ASKING",
    "OLD_ANSWERS",
    "SILENT_HOSTS",
    "AskReview",
    "Heard",
    "accept",
    "add_site",
    "ask_step",
    "cancel",
    "choose_hosts",
    "close_seat",
    "decline",
    "edit_site",
    "free_the_seat",
    "lead_of",
    "leads_of",
    "leave_host_out",
    "let_go",
    "letter_to",
    "open_seats",
    "pledge",
    "propose",
    "reconfirm",
    "review_hosts",
    "say_to_hosts",
    "send_new_answer_link",
    "send_new_follow_link",
    "send_new_pledge_link",
    "send_now",
    "start_asking",
    "undo",
]

"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .agenda import close_round, open_round, open_rounds, round_of
from .amendments import amend
from .breaks import break_off, can_be_undone, undo_break
from .clocks import CLOCKS
from .hosts import add_site, edit_site
from .lifecycle import complete, lapse, start, start_all
from .new_links import send_new_answer_link, send_new_follow_link
from .placements import accept, cancel, decline, free_the_seat, propose, send_now, undo
from .places import close_seat, open_seats, reconfirm
from .visits import plan_visit, record_visit
from .zone_leads import lead_of, leads_of

__all__ = [
    "CLOCKS",
    "accept",
    "add_site",
    "amend",
    "break_off",
    "can_be_undone",
    "cancel",
    "close_round",
    "close_seat",
    "complete",
    "decline",
    "edit_site",
    "free_the_seat",
    "lapse",
    "lead_of",
    "leads_of",
    "open_round",
    "open_rounds",
    "open_seats",
    "plan_visit",
    "propose",
    "reconfirm",
    "record_visit",
    "send_new_answer_link",
    "send_new_follow_link",
    "round_of",
    "send_now",
    "start",
    "start_all",
    "undo",
    "undo_break",
]

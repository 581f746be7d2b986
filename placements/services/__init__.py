"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from .contract_papers import drop_contract_paper, keep_contract_paper, look_again_at_contract_papers
from .contract_reminders import CONTRACTS
from .contracts import (
    WITH_ALL_IT_SAYS,
    answer_contract,
    ask_for_sheet,
    cancel_contracts,
    facts_of,
    file_contract,
    kinds_for,
    note_silence,
    prepare_contract,
    receive_sheet,
    send_sheet_again,
    sign_contract,
    with_article,
)
from .employer_sheets import employer_sheet, pay_steps
from .hosts import add_site, edit_site
from .new_links import send_new_answer_link, send_new_follow_link
from .placements import accept, cancel, decline, free_the_seat, propose, send_now, undo
from .places import close_seat, open_seats, reconfirm

__all__ = [
    "CONTRACTS",
    "WITH_ALL_IT_SAYS",
    "accept",
    "add_site",
    "answer_contract",
    "ask_for_sheet",
    "cancel",
    "cancel_contracts",
    "close_seat",
    "decline",
    "drop_contract_paper",
    "edit_site",
    "employer_sheet",
    "facts_of",
    "file_contract",
    "free_the_seat",
    "keep_contract_paper",
    "kinds_for",
    "look_again_at_contract_papers",
    "note_silence",
    "open_seats",
    "pay_steps",
    "prepare_contract",
    "propose",
    "receive_sheet",
    "reconfirm",
    "send_new_answer_link",
    "send_new_follow_link",
    "send_now",
    "send_sheet_again",
    "sign_contract",
    "undo",
    "with_article",
]

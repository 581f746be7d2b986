"""What is done with applications: each service reads like the minutes of a meeting."""

from .applying import begin, correct_identity, describe_project, send_links, submit
from .calls import record_call
from .decisions import (
    admit,
    confirm,
    decline,
    letter_of_rejection,
    mark_unreachable,
    reject,
    reopen,
    waitlist,
    withdraw,
)
from .interviews import cancel_interview, record_absence, record_interview, schedule_interview
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
    "admit",
    "begin",
    "cancel_interview",
    "change_template",
    "confirm",
    "correct_identity",
    "decline",
    "describe_project",
    "letter_of_postponement",
    "letter_of_redirection",
    "letter_of_rejection",
    "make_template",
    "letter_of_transfer",
    "mark_unreachable",
    "postpone",
    "record_absence",
    "record_call",
    "record_interview",
    "redirect",
    "reject",
    "remove_template",
    "reopen",
    "schedule_interview",
    "send_links",
    "submit",
    "transfer",
    "waitlist",
    "withdraw",
]

"""What the answer of a mail server, or of a provider's API, means for the letter that was in hand."""

import enum
import smtplib

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from requests import ConnectionError as NoConnection
from requests import ConnectTimeout
from urllib3.exceptions import NewConnectionError

# Our key is not known, or we ask too often: said of us, whatever the letter.
_OF_US = (401, 403, 429)


class Verdict(enum.Enum):
    """What is known of the letter."""

    NEVER = "refused for good"
    LATER = "not taken, perhaps another time"
    NOBODYS = "not taken, and no other letter would be"
    UNKNOWN = "perhaps taken"


def verdict(problem: Exception) -> Verdict:
    """Whether a letter may be sent again, must not, or nobody knows whether it has left."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return Verdict.NEVER if all(code >= 500 for code, _ in problem.recipients.values()) else Verdict.LATER
    if isinstance(problem, smtplib.SMTPSenderRefused):
        return Verdict.LATER  # what a server says of the sender may be put right
    if isinstance(problem, smtplib.SMTPDataError):
        return Verdict.NEVER if problem.smtp_code >= 500 else Verdict.LATER
    if isinstance(problem, AnymailRecipientsRefused):
        return Verdict.NEVER
    if isinstance(problem, AnymailConfigurationError):
        return Verdict.NOBODYS
    if isinstance(problem, AnymailAPIError):
        return _of_an_api(problem)
    if isinstance(problem, AnymailError):
        return Verdict.LATER  # it was never put into the provider's words
    return Verdict.UNKNOWN


def _of_an_api(problem: AnymailAPIError) -> Verdict:
    status = problem.status_code
    if status is None:
        return Verdict.NOBODYS if _never_connected(problem) else Verdict.UNKNOWN
    if status in _OF_US:
        return Verdict.NOBODYS
    # A bad request may be about us or about the reader: the API does not say which, so that nobody is given up at once.
    return Verdict.LATER if 400 <= status < 500 else Verdict.UNKNOWN


def _never_connected(problem: AnymailAPIError) -> bool:
    if isinstance(problem, ConnectTimeout):
        return True
    cause = problem.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(problem, NoConnection) and isinstance(reason, NewConnectionError)

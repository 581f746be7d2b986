"""The partnership's own letters; each is a function and a template of the same name."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from . import clock, links, outbox
from .models import Amendment, Convention, Milestone, User
from .states import INVITATION, RESET, LetterKind, MilestoneStatus, OnDoubt

# The rows of a letter that lists; so many of those whose number has no end stand in it.
Lines = list[dict[str, outbox.Plain]]
MOST_LISTED = 20


def to_somebody_or_nobody(person: User | None, write: Callable[[User], None]) -> None:
    """Write to somebody; for nobody do the same and leave no trace, so that neither the time nor the queries tell."""
    with transaction.atomic():
        write(person or User(email="nobody@tandem.invalid", full_name="Nobody at all"))
        if person is None:
            transaction.set_rollback(True)
    if person is None:
        outbox.ring()


def sign_in_code(user: User, *, code: str, asked_at: datetime) -> None:
    """The code somebody asked for to sign in without a password; never sent twice, it would no longer open anything."""
    outbox.post(
        "partnership/sign_in_code",
        key=f"sign_in_code:{user.pk}:{asked_at.isoformat()}",
        about=user,
        to=user,
        secret=code,
        on_doubt=OnDoubt.HOLD,
    )


def alert_raised(what: str, *, key: str, to: User) -> None:
    """An administrator learns that something is wrong; `key` names the rule and when it was broken."""
    outbox.post(
        "partnership/alert_raised",
        key=f"alert_raised:{key}:{to.pk}",
        about=to,
        to=to,
        what=what,
        address=_address("partnership:operations", to.language),
    )


def alert_over(what: str, *, key: str, to: User) -> None:
    """… and that it is over; `key` is the one under which it was told."""
    outbox.post(
        "partnership/alert_over",
        key=f"alert_over:{key}:{to.pk}",
        about=to,
        to=to,
        what=what,
        address=_address("partnership:operations", to.language),
    )


def password_reset(user: User, *, asked_at: datetime) -> None:
    """The link with which somebody chooses a new password, once; never sent twice without a person's word."""
    outbox.post(
        "partnership/password_reset",
        key=f"password_reset:{user.pk}:{asked_at.isoformat()}",
        about=user,
        to=user,
        link=(RESET, user),
        on_doubt=OnDoubt.HOLD,
    )


def password_changed(user: User, *, at: datetime) -> None:
    """Whoever did not change it learns that somebody did."""
    _post(user, "password_changed", at, leads_to="account_reset_password")


def second_factor_added(user: User, *, at: datetime) -> None:
    """From now on signing in asks for a code of the telephone too."""
    _post(user, "second_factor_added", at)


def second_factor_removed(user: User, *, at: datetime) -> None:
    """The telephone's code is asked for no longer."""
    _post(user, "second_factor_removed", at)


def second_factor_reset(user: User, *, at: datetime) -> None:
    """The administration has removed a lost second factor: the next sign-in sets up another."""
    _post(user, "second_factor_reset", at, leads_to="account_login")


def recovery_codes_made(user: User, *, at: datetime) -> None:
    """New recovery codes replace the old ones."""
    _post(user, "recovery_codes_made", at)


def _post(user: User, template: str, at: datetime, *, leads_to: str = "account") -> None:
    """A notice about somebody's own door: what was done, when, and where it can be undone."""
    outbox.post(
        f"partnership/{template}",
        key=f"{template}:{user.pk}:{at.isoformat()}",
        about=user,
        to=user,
        at=at,
        address=_address(leads_to, user.language),
    )


def _address(name: str, language: str, *keys: object) -> str:
    with translation.override(language):
        return settings.PUBLIC_URL + reverse(name, args=keys)


def board_address(language: str) -> str:
    """The absolute address of the convention's board, in a language."""
    return _address("partnership:board", language)


def convention_signed(convention: Convention, *, to: User) -> None:
    """Every coordinator learns that all parties have signed."""
    outbox.post(
        "partnership/convention_signed",
        key=f"convention_signed:{convention.pk}:{to.pk}",
        about=convention,
        to=to,
        convention=convention.title,
        signed_on=convention.signed_at.astimezone(clock.PARIS).date(),
        address=board_address(to.language),
    )


def milestone_turned(milestone: Milestone, *, to: User, was: str, status: str, reason: str, next_date: str) -> None:
    """A coordinator learns that a milestone is at risk, late, on track again or done; of each at most once a day."""
    outbox.post(
        "partnership/milestone_turned",
        key=f"milestone_turned:{milestone.pk}:{status}:{clock.today()}:{to.pk}",
        about=milestone,
        to=to,
        asked=False,
        is_at_risk=status == MilestoneStatus.AT_RISK,
        is_late=status == MilestoneStatus.LATE,
        is_done=status == MilestoneStatus.DONE,
        was_done=was == MilestoneStatus.DONE,
        milestone=milestone.title,
        order=milestone.order,
        reason=reason,
        next_date=next_date,
        address=_milestone_address(milestone, to),
    )


def _milestone_address(milestone: Milestone, to: User) -> str:
    """The page of a milestone; of another convention than the one a reader's board shows, the convention's text."""
    convention = milestone.convention
    if Convention.objects.visible_to(to).running() == convention:
        return _address("partnership:milestone_detail", to.language, milestone.order)
    return _address("partnership:convention_detail", to.language, convention.pk)


def weekly_state(
    convention: Convention,
    *,
    to: User,
    event: str,
    monday: date,
    today: date,
    verdict: str,
    milestones: Lines,
    turned: Lines,
    zones: Lines,
    commitments: Lines,
    waiting: Lines,
) -> None:
    """Where the convention stands this week: its milestones, its zones, what is due soon, who waits for a content."""
    outbox.post(
        "partnership/weekly_state",
        key=f"{event}:{to.pk}",
        about=convention,
        to=to,
        asked=False,
        kind=LetterKind.WEEKLY,
        convention=convention.title,
        monday=monday,
        today=today,
        verdict=verdict,
        milestones=milestones,
        turned=turned,
        zones=zones,
        commitments=commitments[:MOST_LISTED],
        more=max(len(commitments) - MOST_LISTED, 0),
        waiting=waiting,
        commitments_address=_address("partnership:commitment_list", to.language),
        address=board_address(to.language),
    )


def signature_void(text: Convention | Amendment, *, to: User, is_discarded: bool = False) -> None:
    """Whoever had signed a draft learns that it has changed, or has been thrown away: their signature does not stand.

    The letter is about its reader: the draft may be gone before it leaves.
    """
    is_amendment = isinstance(text, Amendment)
    outbox.post(
        "partnership/signature_void",
        key=f"signature_void:{text.pk}:{text.version}:{to.pk}",
        about=to,
        to=to,
        convention=text.convention.title if is_amendment else text.title,
        amendment=text.number if is_amendment else None,
        is_discarded=is_discarded,
        address=_text_address(text, to.language),
    )


def amendment_awaits(amendment: Amendment, *, by_party: str, to: User) -> None:
    """A party has signed an amendment: the coordinators of the others learn that theirs is awaited."""
    outbox.post(
        "partnership/amendment_awaits",
        key=f"amendment_awaits:{amendment.pk}:{amendment.version}:{by_party}:{to.pk}",
        about=amendment.convention,
        to=to,
        party=by_party,
        address=_text_address(amendment, to.language),
        **_amendment(amendment),
    )


def amendment_signed(amendment: Amendment, *, to: User) -> None:
    """Every coordinator learns that an amendment bears all its signatures: the convention says what it says."""
    outbox.post(
        "partnership/amendment_signed",
        key=f"amendment_signed:{amendment.pk}:{to.pk}",
        about=amendment.convention,
        to=to,
        signed_on=amendment.signed_at.astimezone(clock.PARIS).date(),
        address=_text_address(amendment, to.language),
        **_amendment(amendment),
    )


def _amendment(amendment: Amendment) -> dict[str, Any]:
    return {
        "number": amendment.number,
        "convention": amendment.convention.title,
        "reason": amendment.reason,
        "effective_on": amendment.effective_on,
    }


def _text_address(text: Convention | Amendment, language: str) -> str:
    page = "amendment_detail" if isinstance(text, Amendment) else "convention_detail"
    return _address(f"partnership:{page}", language, text.pk)


def invitation(person: User) -> None:
    """Somebody has an account: the link with which they come in for the first time."""
    inviter = person.invited_by
    outbox.post(
        "partnership/invitation",
        key=f"invitation:{person.pk}:{person.invited_at.isoformat()}",
        about=person,
        to=person,
        link=(INVITATION, person),
        reply_to=inviter.email if inviter else "",
        inviter=inviter.full_name if inviter else "",
        days=links.PURPOSES[INVITATION].days,
    )


def invitation_wanted(person: User, *, to: User, on: date) -> None:
    """Whoever invited learns that the link came too late; once a day."""
    outbox.post(
        "partnership/invitation_wanted",
        key=f"invitation_wanted:{person.pk}:{to.pk}:{on}",
        about=person,
        to=to,
        person=person.full_name,
        address=_address("partnership:person_detail", to.language, person.pk),
    )

"""What people do with the partnership: sign its convention, keep its commitments, have a letter sent again."""

import logging
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from axes.utils import reset as unlock
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import clock, emails, handover, heartbeats, invariants, jobs, limits, links, operations, outbox
from .models import (
    AccessLink,
    Commitment,
    Convention,
    InvariantCheck,
    Job,
    JournalEntry,
    Membership,
    OutgoingMessage,
    Party,
    Signature,
    User,
    Zone,
    new_sign_in_key,
)
from .states import INVITATION, RESET, Channel, ConventionState, JobState, MessageState, Role
from .workflow import THE_CLOCK, Actor, Refused, Stale, edit, move, record, refusing

log = logging.getLogger(__name__)

# While something lasts, administrators are reminded of it no more often.
ALERTS_APART = timedelta(days=1)


@transaction.atomic
def sign(signature: Signature, *, by: User, channel: Channel = Channel.WEB) -> None:
    """Sign for a party; the last party's signature makes the convention signed, and every coordinator is told."""
    # One row to wait for: two parties who sign at the same moment must not both believe that the other has yet to.
    convention = Convention.objects.select_for_update().get(pk=signature.convention_id)
    if convention.state != ConventionState.DRAFT:
        raise Refused(_("This convention has already been signed by all its parties."))
    rows = Signature.objects.filter(pk=signature.pk, signed_at__isnull=True)
    if not rows.update(signed_at=clock.now(), signed_by=by):
        raise Refused(_("%(party)s has already signed.") % {"party": signature.party})
    record(convention, "party_signed", by=by, reason=signature.party.code, channel=channel)
    signature.refresh_from_db()
    if convention.signatures.filter(signed_at__isnull=True).exists():
        return
    move(convention, ConventionState.SIGNED, by=by, channel=channel, signed_at=clock.now())
    for coordinator in coordinators(convention):
        emails.convention_signed(convention, to=coordinator)


def coordinators(convention: Convention) -> list[User]:
    """The people who coordinate for a party of the convention today."""
    memberships = Membership.objects.current().filter(
        role=Role.COORDINATOR, party__signatures__convention=convention, user__is_active=True
    )
    return list(User.objects.filter(memberships__in=memberships).distinct())


@transaction.atomic
def keep_commitment(commitment: Commitment, *, evidence: str, by: User) -> None:
    """Say that a promise has been kept, and by what it can be seen."""
    if commitment.convention.state != ConventionState.SIGNED:
        raise Refused(_("A commitment is kept once the convention has been signed, and until it ends."))
    rows = Commitment.objects.filter(pk=commitment.pk, done_at__isnull=True)
    if not rows.update(done_at=clock.now(), done_by=by, evidence=evidence):
        raise Stale(commitment)
    record(commitment, "kept", by=by, reason=evidence)
    commitment.refresh_from_db()


@transaction.atomic
def send_letter_again(letter: OutgoingMessage, *, by: Actor) -> None:
    """Put a letter that was held, refused or returned back among those to send."""
    before = letter.state
    if not outbox.send_again(letter):
        raise Refused(
            _("“%(letter)s” is neither held, unsent nor returned: it is not sent again.") % {"letter": letter}
        )
    record(letter, MessageState.PENDING, by=by, before=before)


@transaction.atomic
def settle_letter(letter: OutgoingMessage, *, by: Actor) -> None:
    """Say that a letter in doubt had left; it is not sent again."""
    if letter.state != MessageState.HELD:
        raise Refused(_("“%(letter)s” is not in doubt.") % {"letter": letter})
    move(letter, MessageState.SENT, by=by, sent_at=clock.now(), secret="")  # noqa: S106 (forgotten)


@transaction.atomic
def cancel_letter(letter: OutgoingMessage, *, by: Actor) -> None:
    """Give up a letter that was held or could not leave."""
    if letter.state not in (MessageState.HELD, MessageState.DEAD):
        raise Refused(_("“%(letter)s” is neither held nor unsent: it is not cancelled here.") % {"letter": letter})
    move(letter, MessageState.CANCELLED, by=by, secret="")  # noqa: S106 (forgotten)


@transaction.atomic
def restart_job(job: Job, *, by: User) -> None:
    """Let a task that failed be worked on again, from where it was."""
    if job.state != JobState.FAILED:
        raise Refused(_("Only a task that has failed is started again."))
    move(job, JobState.WAITING, by=by, ended_at=None)
    transaction.on_commit(lambda: jobs.ring(job))


def administrators() -> list[User]:
    """The people who look after the machine today."""
    memberships = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return list(User.objects.filter(memberships__in=memberships).distinct())


@transaction.atomic
def tell_administrators() -> list[operations.Problem]:
    """Write to administrators about what has gone wrong, once a day while it lasts, and about what is over.

    What has been told is read in the letters themselves: their key names the rule and the hour at which it was told, so
    that two who look at the same moment write once, and a rule that comes and goes writes once an hour at most.
    """
    heartbeats.forget()
    problems = operations.look().problems
    for problem in problems:
        # Letters may be what is broken: whoever reads the log learns it as well.
        log.error("alert %s: %s", problem.key, problem.number or problem.age)
    told, over = _alerts_told()
    now, readers = clock.now(), administrators()
    for problem in problems:
        last = told.get(problem.key)
        lasts = last is not None and (problem.key, last.hour) not in over
        if lasts and now - last.at < ALERTS_APART:
            continue
        for administrator in readers:
            with translation.override(administrator.language):
                what = problem.words
            emails.alert_raised(what, key=f"{problem.key}:{now:%Y-%m-%dT%H}", to=administrator)
    current = {problem.key for problem in problems}
    for key, last in told.items():
        if key in current or (key, last.hour) in over:
            continue
        for administrator in readers:
            with translation.override(administrator.language):
                what = operations.called(key)
            emails.alert_over(what, key=f"{key}:{last.hour}", to=administrator)
    return problems


class _Told(NamedTuple):
    hour: str
    at: datetime


def _alerts_told() -> tuple[dict[str, _Told], set[tuple[str, str]]]:
    """When each rule was told last, and which of those times were followed by their end."""
    lately = OutgoingMessage.objects.filter(written_at__gte=clock.now() - 3 * ALERTS_APART)
    alerts = lately.filter(key__startswith="alert_").order_by("written_at").values_list("key", "written_at")
    told: dict[str, _Told] = {}
    over = set()
    for letter, at in alerts:
        what, key, hour, _reader = letter.split(":")
        if what == "alert_raised":
            told[key] = _Told(hour, at)
        else:
            over.add((key, hour))
    return told, over


def note_backup() -> None:
    """Write down that a backup has been made, so that its age is known; by whatever machine runs the backups."""
    JournalEntry.objects.create(
        at=clock.now(),
        actor_kind=THE_CLOCK.actor_kind,
        subject=operations.BACKUP,
        about=operations.BACKUP,
        after="made",
    )


def check_invariants() -> InvariantCheck:
    """Check everything that must hold, and keep what was found in the place of the last check."""
    started = time.monotonic()
    findings: dict[str, list[str]] = {}
    for finding in invariants.check():
        findings.setdefault(finding.key, []).append(finding.reference)
    broken = sum(map(len, findings.values()))
    if broken:
        log.error("invariants broken: %s", findings)
    found = {"findings": findings, "broken": broken, "seconds": round(time.monotonic() - started, 3)}
    return InvariantCheck.objects.update_or_create(pk=1, defaults=found | {"at": clock.now()})[0]


def check_invariants_step(job: Job) -> bool:
    """The check as a task that somebody asks for, in one step."""
    check_invariants()
    job.done = job.total = len(invariants.INVARIANTS)
    return True


# -- people -----------------------------------------------------------------------------------------------------------

# Taken for the length of a transaction by whoever takes an administrator away: of two who dismiss each other at the
# same moment, the second sees what the first has done.
_ADMINISTRATORS = 0x7A6E_6D61


def _one_administrator_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADMINISTRATORS])


def _somebody_must_administer() -> None:
    """Refused, and everything of this transaction undone, if nobody is left who administers for good."""
    lasting = Membership.objects.current().filter(role=Role.ADMINISTRATOR, until__isnull=True, user__is_active=True)
    if not lasting.exists():
        raise Refused(_("Nobody would be left to administer Tandem: first give this role, without an end, to another."))


@transaction.atomic
def invite(
    *, full_name: str, email: str, language: str, by: Actor, role: str, party: Party, zone: Zone | None, **dates: Any
) -> User:
    """Open an account with its first role, and write to the person."""
    person = User(full_name=full_name, email=email.lower(), language=language)
    person.set_unusable_password()
    with refusing({"partnership_user_email_key": gettext_lazy("Somebody already has this address.")}):
        person.save()
    add_membership(person, by=by, role=role, party=party, zone=zone, **dates)
    _send_invitation(person, by=by)
    return person


@transaction.atomic
def invite_again(person: User, *, by: Actor) -> None:
    """Send a new invitation; the links of older ones open nothing any more."""
    if not person.is_active or (person.last_login and not person.is_awaited):
        raise Refused(_("%(person)s has no invitation to answer.") % {"person": person})
    _send_invitation(person, by=by)


def _send_invitation(person: User, *, by: Actor) -> None:
    _close_invitation(person)
    person.invited_at, person.joined_at = clock.now(), None
    person.invited_by = by if isinstance(by, User) else None
    person.save(update_fields=["invited_at", "joined_at", "invited_by"])
    record(person, "invited", by=by)
    emails.invitation(person)


def _close_invitation(person: User) -> None:
    links.revoke(INVITATION, person)
    outbox.cancel(about=person, template="partnership/invitation")


def invited_by_link(token: str) -> tuple[AccessLink, User]:
    """The invitation behind a token, and whom it invites; links.Unusable says why there is none (any more)."""
    link = links.find(token, INVITATION)
    person = User.objects.filter(pk=links.key_of(link)).first()
    if person is None or not person.is_awaited:
        raise links.Unusable("used" if person is not None and person.is_active else "revoked", link)
    return link, person


@transaction.atomic
def accept_invitation(link: AccessLink, *, password: str = "") -> User:
    """Answer an invitation, once (links.Unusable); with a password for whoever needs one."""
    links.consume(link)
    person = User.objects.select_for_update().get(pk=links.key_of(link))
    if not person.is_awaited:
        raise links.Unusable("used", link)
    if password:
        person.set_password(password)
    person.joined_at = clock.now()
    person.save(update_fields=["password", "joined_at"])
    _close_invitation(person)
    record(person, "joined", by=person, channel=Channel.LINK)
    return person


@transaction.atomic
def arrive(person: User) -> None:
    """Somebody has signed in: if they had been invited, they have answered, by whatever way they came."""
    person.last_login = clock.now()
    person.save(update_fields=["last_login"])
    if User.objects.awaited().filter(pk=person.pk).update(joined_at=clock.now()):
        person.refresh_from_db(fields=["joined_at"])
        _close_invitation(person)
        record(person, "joined", by=person)


@transaction.atomic
def ask_for_invitation(token: str) -> None:
    """Tell whoever invited that the link came too late, once a day; nothing for a link that invites nobody."""
    try:
        links.find(token, INVITATION)
    except links.Unusable as problem:
        if problem.link is None:
            return
        link = problem.link
    else:
        return
    person = User.objects.filter(pk=links.key_of(link)).select_related("invited_by").first()
    if person is None or not person.is_awaited:
        return
    inviter = person.invited_by
    if inviter is None or not inviter.has_role(Role.ADMINISTRATOR):
        lasting = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
        inviter = User.objects.filter(memberships__in=lasting).exclude(pk=person.pk).order_by("email").first()
    if inviter is not None:
        emails.invitation_wanted(person, to=inviter, on=clock.today())


@transaction.atomic
def edit_person(person: User, *, by: User, version: int | None = None, **changes: Any) -> None:
    """Change somebody's name, address, telephone or language; a new address ends what was sent to the old one."""
    before = person.email
    with refusing({"partnership_user_email_key": gettext_lazy("Somebody already has this address.")}):
        edit(person, by=by, version=version, **changes)
    if person.email == before:
        return
    # The sign-in library keeps addresses of its own: the old one must open nothing.
    EmailAddress.objects.filter(user=person).delete()
    for purpose in (INVITATION, RESET):
        links.revoke(purpose, person)
    outbox.cancel(about=person)
    outbox.readdress(person)
    if person.is_awaited:
        _send_invitation(person, by=by)


@transaction.atomic
def add_membership(
    person: User,
    *,
    by: Actor,
    role: str,
    party: Party,
    zone: Zone | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Membership:
    """Give somebody a role for a party, in a zone or in all."""
    # Two administrators who give the same role at the same moment give it once.
    User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refused(_("%(person)s has left: let them come back first.") % {"person": person})
    given = Membership(
        user=person, role=role, party=party, zone=zone, since=since or clock.today(), until=until, version=1
    )
    _must_be_new(given)
    given.save()
    record(given, "added", by=by)
    return given


def _must_be_new(given: Membership) -> None:
    same = given.user.memberships.filter(role=given.role, party=given.party, zone=given.zone).exclude(pk=given.pk)
    overlapping = same.filter(Q(until__isnull=True) | Q(until__gte=given.since))
    if given.until is not None:
        overlapping = overlapping.filter(since__lte=given.until)
    if overlapping.exists():
        raise Refused(_("%(person)s already has this role at that time.") % {"person": given.user})


@transaction.atomic
def edit_membership(membership: Membership, *, by: User, version: int | None = None, **changes: Any) -> None:
    """Change a role's party, zone or dates."""
    _one_administrator_at_a_time()
    User.objects.select_for_update().get(pk=membership.user_id)
    administered = membership.role == Role.ADMINISTRATOR
    edit(membership, by=by, version=version, **changes)
    _must_be_new(membership)
    if administered:
        _somebody_must_administer()


@transaction.atomic
def end_membership(membership: Membership, *, by: User) -> None:
    """Take a role away from now on."""
    _one_administrator_at_a_time()
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.until is not None and membership.until < clock.today():
        raise Refused(_("This role has already ended."))
    _end(membership, by=by)
    if membership.role == Role.ADMINISTRATOR:
        _somebody_must_administer()


def _end(membership: Membership, *, by: Actor) -> None:
    # A last day is a whole one: what ends now was last held yesterday; what had not lasted a day has not been.
    yesterday = clock.today() - timedelta(days=1)
    rows = Membership.objects.filter(pk=membership.pk)
    record(membership, "ended", by=by, before=membership.role)
    if membership.since > yesterday:
        rows.delete()
    else:
        rows.update(until=yesterday, version=F("version") + 1)


@transaction.atomic
def dismiss(person: User, *, by: User, heirs: Mapping[str, User | None]) -> int:
    """Somebody leaves: no role, no session, no way in from now on; what they had goes to their heirs.

    Returns how many things found nobody to take them over.
    """
    _one_administrator_at_a_time()
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refused(_("%(person)s has already left.") % {"person": person})
    administered = person.has_role(Role.ADMINISTRATOR)
    for membership in person.memberships.lasting():
        _end(membership, by=by)
    person.is_active = False
    person.version += 1
    person.set_unusable_password()
    person.save(update_fields=["is_active", "version", "password"])
    if administered:
        _somebody_must_administer()
    end_sessions(person)
    Authenticator.objects.filter(user=person).delete()
    for purpose in (INVITATION, RESET):
        links.revoke(purpose, person)
    outbox.cancel(about=person)
    outbox.cancel(to=person)
    record(person, "dismissed", by=by)
    nobody = 0
    for belonging in handover.BELONGINGS.values():
        if belonging.hand_over is not None:
            nobody += belonging.hand_over(person, heir=heirs.get(belonging.key), by=by)
    return nobody


@transaction.atomic
def reactivate(person: User, *, by: User) -> None:
    """Somebody comes back: invited anew, without any role until they are given one."""
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True, version=F("version") + 1):
        raise Refused(_("%(person)s has not left.") % {"person": person})
    person.refresh_from_db()
    record(person, "reactivated", by=by)
    _send_invitation(person, by=by)


@transaction.atomic
def create_administrator(
    *, full_name: str, email: str, party: Party, language: str, another: bool
) -> tuple[User, bool]:
    """The first administrator, who invites all others; the same address finds the same account. True if it is new."""
    _one_administrator_at_a_time()
    known = User.objects.filter(email=email.lower()).first()
    administrators = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if known is not None and administrators.filter(user=known).exists():
        if known.is_awaited:
            _send_invitation(known, by=THE_CLOCK)
        return known, False
    if administrators.exists() and not another:
        raise Refused(_("Somebody administers Tandem already: they invite the others (or say --another)."))
    if known is not None:
        add_membership(known, by=THE_CLOCK, role=Role.ADMINISTRATOR, party=party)
        return known, False
    person = invite(
        full_name=full_name,
        email=email,
        language=language,
        by=THE_CLOCK,
        role=Role.ADMINISTRATOR,
        party=party,
        zone=None,
    )
    return person, True


# -- the doors --------------------------------------------------------------------------------------------------------


@transaction.atomic
def end_sessions(user: User) -> None:
    """Close every session of a person, on every device, from their next request; the deed that asks for it says why."""
    user.sign_in_key = new_sign_in_key()
    User.objects.filter(pk=user.pk).update(sign_in_key=user.sign_in_key)
    UserSession.objects.filter(user=user).delete()


@transaction.atomic
def end_session(session: UserSession, *, by: User) -> None:
    """Close one session of one's own."""
    session.end()
    record(by, "session_ended", by=by)


@transaction.atomic
def end_own_sessions(user: User, *, by: User) -> None:
    """Close every session of one's own."""
    end_sessions(user)
    record(user, "sessions_ended", by=by)


@transaction.atomic
def change_password(user: User, password: str, *, by: Actor) -> None:
    """Give somebody a new password; every session ends, every link to choose one closes, and they are told."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    links.revoke(RESET, user)
    record(user, "password_changed", by=by)
    emails.password_changed(user, at=clock.now())


def send_reset_link(email: str) -> None:
    """Send the link to choose a new password, to whoever has an account with this address."""
    person, asked_at = User.objects.filter(email=email.lower(), is_active=True).first(), clock.now()
    emails.to_somebody_or_nobody(person, lambda to: emails.password_reset(to, asked_at=asked_at))


@transaction.atomic
def reset_password(link: AccessLink, password: str) -> None:
    """Choose a new password by link, once (links.Unusable); whoever had been locked out may try again."""
    links.consume(link)
    user = User.objects.get(pk=links.key_of(link), is_active=True)
    change_password(user, password, by=user)
    unlock(username=user.email)


@transaction.atomic
def add_second_factor(user: User, *, secret: str, by: User) -> None:
    """Ask for the codes of a telephone from now on; recovery codes are made with it."""
    with refusing({"unique_authenticator_type": _("Your second factor has already been set up.")}):
        TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    record(user, "second_factor_added", by=by)
    emails.second_factor_added(user, at=clock.now())


@transaction.atomic
def renew_recovery_codes(user: User, *, by: User) -> None:
    """Make new recovery codes; the old ones open nothing any more."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    record(user, "recovery_codes_made", by=by)
    emails.recovery_codes_made(user, at=clock.now())


@transaction.atomic
def remove_second_factor(user: User, *, by: User) -> None:
    """Take one's own second factor away, to set up another."""
    Authenticator.objects.filter(user=user).delete()
    record(user, "second_factor_removed", by=by)
    emails.second_factor_removed(user, at=clock.now())


@transaction.atomic
def reset_second_factor(user: User, *, by: User) -> None:
    """Take away a second factor that somebody has lost: their sessions end, and they set up another."""
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(_("%(person)s has no second factor.") % {"person": user})
    end_sessions(user)
    record(user, "second_factor_reset", by=by)
    emails.second_factor_reset(user, at=clock.now())


def tidy_doors() -> None:
    """Forget the counts and sessions that can no longer matter."""
    limits.forget_old()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()

"""The team: invitations, dated roles, a dismissal that closes every way in."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import clock, emails, handover, links, outbox
from ..models import AccessLink, Membership, Party, User, Zone
from ..states import INVITATION, RESET, Channel, Role
from ..workflow import THE_CLOCK, Actor, Refused, edit, record, refusing
from .doors import end_sessions
from .first_steps import settle_first_steps

# Taken for the length of a transaction by whoever takes an administrator away: of two who dismiss each other at the
# same moment, the second sees what the first has done.
_ADMINISTRATORS = 0x7A6E_6D61


def _one_administrator_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADMINISTRATORS])


def _somebody_must_administer() -> None:
    """Refused, and everything of this transaction undone, if nobody is left who administers for good.

    Whoever has been invited and has not come does not count: their address may be mistyped.
    """
    lasting = Membership.objects.current().filter(role=Role.ADMINISTRATOR, until__isnull=True, user__is_active=True)
    if not lasting.exclude(user__in=User.objects.awaited()).exists():
        raise Refused(
            _(
                "Nobody would be left to administer Tandem: first give this role, without an end, "
                "to somebody else who has already signed in."
            )
        )


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
    settle_first_steps(person)


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
    # One that came back from the old address would go there again, with a link that opens.
    outbox.cancel(about=person, even_returned=True)
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
    _must_not_have_left(person)
    given = Membership(
        user=person, role=role, party=party, zone=zone, since=since or clock.today(), until=until, version=1
    )
    _must_be_new(given)
    given.save()
    record(given, "added", by=by)
    return given


def _must_not_have_left(person: User) -> None:
    """As the database knows the person, and until the end of this transaction: one gives a role, one dismisses."""
    if not User.objects.select_for_update().get(pk=person.pk).is_active:
        raise Refused(_("%(person)s has left: let them come back first.") % {"person": person})


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
    _must_not_have_left(membership.user)
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

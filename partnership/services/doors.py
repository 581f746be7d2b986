"""The doors: passwords, second factors, and the sessions they open."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from axes.utils import reset as unlock
from django.db import transaction
from django.utils.translation import gettext as _

from .. import clock, emails, links
from ..models import AccessLink, User, new_sign_in_key
from ..states import RESET
from ..workflow import Actor, Refused, record, refusing


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
    if user == by:
        # Whoever finds a session open would need no code to be rid of it.
        raise Refused(_("Take your own second factor away on the page of your sign-in, with a code."))
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(_("%(person)s has no second factor.") % {"person": user})
    end_sessions(user)
    record(user, "second_factor_reset", by=by)
    emails.second_factor_reset(user, at=clock.now())

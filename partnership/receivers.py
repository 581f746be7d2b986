"""What happens when somebody has signed in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from . import clock, policies, services
from .models import User


# By the name of Django's own receiver, whose place it takes: that one reads the machine's time.
@receiver(user_logged_in, dispatch_uid="update_last_login")
def count_arrival(request: HttpRequest, user: User, **_rest: Any) -> None:
    """The last sign-in is dated by our clock, and answers an invitation however it was made."""
    services.arrive(user)


@receiver(user_logged_in)
def date_session(request: HttpRequest, user: User, **_rest: Any) -> None:
    """A session knows when it began; of whoever sees personal data it does not outlive the browser."""
    session = request.session
    session["since"] = session["seen"] = clock.now().timestamp()
    session.set_expiry(0 if policies.sees_personal_data(user) else settings.SESSION_COOKIE_AGE)
    if session.get("kept", {}).get("user") != str(user.pk):
        session.pop("kept", None)

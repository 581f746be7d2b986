"""What happens when somebody has signed in."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from . import services
from .models import User


@receiver(user_logged_in)
def count_arrival(request: HttpRequest, user: User, **_rest: Any) -> None:
    """The last sign-in is dated by our clock, and answers an invitation however it was made."""
    services.arrive(user)

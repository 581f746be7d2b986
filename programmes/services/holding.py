"""Holding a version's row: writing, submitting and judging it happen one after the other."""

from django.utils.translation import gettext as _

from partnership.models import User
from partnership.workflow import Refused

from .. import policies
from ..models import Curriculum, Module
from ..states import REVIEWABLE, WRITABLE


def hold(curriculum: Curriculum) -> None:
    """Lock the version's row and read it again: writing, submitting and judging it happen one after the other."""
    curriculum.refresh_from_db(from_queryset=Curriculum.objects.select_for_update())


def hold_to_write(curriculum: Curriculum) -> None:
    """Hold a version whose text may be changed; Refused once it has left its authors."""
    hold(curriculum)
    if curriculum.state not in WRITABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: its text can no longer be changed.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )


def hold_to_review(curriculum: Curriculum, *, by: User) -> None:
    """Hold a version on which somebody gives an opinion; Refused if it is not open to opinions, or not to theirs."""
    hold(curriculum)
    if curriculum.state not in REVIEWABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: no opinion can be given on it now.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )
    if interest := policies.interest(by, curriculum):
        raise Refused(interest)


def refresh(module: Module) -> None:
    """Read a module again as it is now; Refused if it is no longer there."""
    try:
        module.refresh_from_db()
    except Module.DoesNotExist:
        raise Refused(_("“%(module)s” has been removed meanwhile.") % {"module": module}) from None

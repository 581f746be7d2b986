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
    hold(curriculum)
    if curriculum.state not in WRITABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: its text can no longer be changed.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )


def hold_to_review(curriculum: Curriculum, *, by: User) -> None:
    hold(curriculum)
    if curriculum.state not in REVIEWABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: no opinion can be given on it now.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )
    if policies.has_written(by, curriculum):
        raise Refused(_("You wrote part of this content: somebody else must judge it."))


def refresh(module: Module) -> None:
    try:
        module.refresh_from_db()
    except Module.DoesNotExist:
        raise Refused(_("“%(module)s” has been removed meanwhile.") % {"module": module}) from None

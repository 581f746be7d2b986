"""A meeting with a host in the student's own calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from partnership import calendars
from partnership.calendars import Organiser

from .states import INTRODUCTION_LIVE

if TYPE_CHECKING:
    from .models import Introduction

# How long a host is thought to take, and how long before it the telephone rings.
MINUTES = 45
ALARM = timedelta(hours=3)


def meeting(introduction: Introduction) -> str:
    """The meeting, in the student's language; a newer version of it replaces the older, or takes it out."""
    candidate, lead = introduction.enrolment.application.candidate, introduction.presentation.sent_by
    with translation.override(candidate.language):
        made = calendars.event(
            f"placements.introduction:{introduction.pk}",
            sequence=introduction.version,
            starts_at=introduction.meeting_at,
            minutes=MINUTES,
            summary=_("Meeting with %(company)s") % {"company": introduction.site.company.name},
            location=introduction.meeting_place,
            # The personal link stays in the letter: calendars are shared and kept elsewhere.
            description=_("To say that you cannot come, answer our letter."),
            organiser=Organiser(lead.full_name, lead.email),
            alarms=[ALARM],
            cancelled=introduction.state not in INTRODUCTION_LIVE,
        )
        name = introduction.enrolment.application.cohort.intake.programme.short_title
    return calendars.cancellation(made, name) if made.is_cancelled else calendars.calendar([made], name)

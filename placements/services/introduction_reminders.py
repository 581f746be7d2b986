"""What time brings to those who are presented: the host is asked again twice, then waited for no longer."""

from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Max, OuterRef, Value
from django.db.models.functions import Cast, Concat

from partnership import clock
from partnership.models import OutgoingMessage
from partnership.reminders import Reminder, untold
from partnership.workflow import THE_CLOCK
from partnership.working_time import add_working_days, next_polite_moment

from .. import emails
from ..models import Introduction, Presentation, PresentationQuerySet
from ..states import IntroductionState
from .closing import with_all_a_letter_says
from .introductions import no_answer

# So many working days after the presentation, and no later than so many: two reminders do not come together.
_AGAIN = {3: 5, 5: 10}
DAYS_BEFORE_GIVING_UP = 10


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, clock.PARIS)


def _sent_before(days: int) -> datetime:
    """What was sent before this moment was sent at least so many working days ago."""
    return _midnight_after(add_working_days(clock.today(), -days))


def _to_ask_again(days: int) -> PresentationQuerySet:
    """The presentations of so many days in which somebody waits for a word; a handed link is the lead's to recall."""
    now = clock.now()
    if next_polite_moment(now) > now:
        return Presentation.objects.none()
    window = {"sent_at__lt": _sent_before(days), "sent_at__gte": _sent_before(_AGAIN[days])}
    rows = Presentation.objects.waiting().filter(is_handed=False, **window)
    key = Concat(
        Value("students_presented:"), Cast(OuterRef("pk"), CharField()), Value(f":{days}"), output_field=CharField()
    )
    return untold(rows.select_related("site__company", "sent_by", "intake__programme"), key=key)


def _ask_again(presentation: Presentation, days: int) -> None:
    key = emails.presentation_key(presentation)
    letters = OutgoingMessage.objects.filter(key__in=[key, f"{key}:3"])
    last = letters.aggregate(at=Max("sent_at"))["at"] or presentation.sent_at
    unheard = list(_unheard(presentation))
    last_on = last.astimezone(clock.PARIS).date()
    emails.students_presented_again(presentation, unheard, days=days, last_on=last_on)


def _unheard(presentation: Presentation) -> list[Introduction]:
    rows = presentation.introductions.filter(state=IntroductionState.SENT).order_by("pk")
    return list(with_all_a_letter_says(rows))


def _to_give_up() -> PresentationQuerySet:
    """The presentations about which a host has kept silent for ten working days."""
    return Presentation.objects.waiting().filter(sent_at__lt=_sent_before(DAYS_BEFORE_GIVING_UP))


def _give_up(presentation: Presentation) -> None:
    for introduction in _unheard(presentation):
        no_answer(introduction, by=THE_CLOCK)


INTRODUCTIONS = (
    *(
        Reminder(
            f"introductions_{days}",
            lambda days=days: _to_ask_again(days),
            lambda presentation, days=days: _ask_again(presentation, days),
        )
        for days in _AGAIN
    ),
    Reminder("introductions_unanswered", _to_give_up, _give_up),
)

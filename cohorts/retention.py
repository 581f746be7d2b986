"""What recruitment keeps no longer than it is of use."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import clock, retention

from .models import Bulk, Import


def _bulks() -> QuerySet:
    """Bulk actions that were looked at and never started, as long as a task; the others as long as their letters."""
    days = settings.RETENTION_DAYS
    of_a_task, of_a_letter = (clock.now() - timedelta(days=days[name]) for name in ("tasks", "letters"))
    return Bulk.objects.filter(Q(started_at=None, created_at__lt=of_a_task) | Q(created_at__lt=of_a_letter))


def _lists() -> QuerySet:
    """Lists from elsewhere, which name people: as long as finished tasks and their files."""
    return Import.objects.filter(made_at__lt=clock.now() - timedelta(days=settings.RETENTION_DAYS["tasks"]))


def register() -> None:
    """Make the rules of recruitment known."""
    retention.register(
        retention.of_rows("bulks", _("bulk actions and their reports"), _bulks),
        retention.of_rows("lists", _("lists from elsewhere"), _lists),
    )

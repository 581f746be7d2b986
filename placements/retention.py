"""What placements keep no longer than it is of use: lists of hosts, which name people, and proposals."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import clock, retention

from .models import HostList, ProposalRun


def _lists() -> QuerySet:
    """Lists of hosts: as long as finished tasks and their files; the sites that came of them stay."""
    return HostList.objects.filter(made_at__lt=clock.now() - timedelta(days=settings.RETENTION_DAYS["tasks"]))


def _proposals() -> QuerySet:
    """Proposals that say where each student could go: a season; how many they placed stays."""
    asked_before = clock.now() - timedelta(days=settings.RETENTION_DAYS["proposals"])
    said = Q(inputs__isnull=False) | Q(plan__isnull=False)
    return ProposalRun.objects.filter(said, asked_at__lt=asked_before)


def register() -> None:
    """Make the rules known."""
    retention.register(retention.of_rows("host_lists", _("lists of hosts"), _lists))
    retention.register(
        retention.of_rows("proposals", _("what proposals were computed from"), _proposals, inputs=None, plan=None)
    )

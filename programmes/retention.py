"""How long the chair remembers who came and who proposed something: so many days after the activity."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import clock, retention

from .models import Contribution, Guest, Registration
from .personal_data import forget


def _past(model: type[Guest]) -> QuerySet[Guest]:
    """Those whose activity has been over for longer than they are kept, and who are still somebody."""
    ended = clock.now() - timedelta(days=settings.RETENTION_DAYS["guests"])
    return model.objects.filter(erased_at=None, activity__ends_at__lt=ended)


def _count() -> int:
    return _past(Registration).count() + _past(Contribution).count()


@transaction.atomic
def _take(limit: int) -> int:
    """Forget a slice of each; a backup that is restored is past its time as well, so that nothing need be engraved."""
    rows = []
    for model in (Registration, Contribution):
        keys = list(_past(model).order_by("pk").values_list("pk", flat=True)[:limit])
        rows.append(model.objects.filter(pk__in=keys))
    gone = forget(rows[0], rows[1], clock.now())
    return gone["registrations"] + gone["contributions"]


def register() -> None:
    """Make the rule of the chair known."""
    retention.register(retention.Rule("guests", _("guests of the chair"), _count, _take))

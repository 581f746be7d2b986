"""Hosts that were asked for their places and are silent: whose move it is."""

from datetime import timedelta

from django.db.models import Count, Exists, F, Min, OuterRef
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.measures import Census
from partnership.next_steps import Step
from partnership.states import Role
from partnership.templatetags.figures import longdate, number

from .emails import ASKED_AGAIN_AFTER
from .models import AskLine, HostPledge


def silent_hosts(census: Census) -> list[Step]:
    """The silent hosts of each zone and milestone: once every reminder has left, their lead calls."""
    intake, site = OuterRef("round__intake"), OuterRef("site")
    answered = HostPledge.objects.filter(site=site, intake=intake, answered_at__gte=OuterRef("asked_at"))
    asked = AskLine.objects.asked().filter(
        round__intake__programme__milestone__convention=census.convention,
        round__intake__starts_on__gt=clock.today(),
        asked_at__lt=clock.now() - timedelta(days=ASKED_AGAIN_AFTER[0]),
    )
    milestone, zone = F("round__intake__programme__milestone__order"), F("site__zone__name")
    rows = asked.filter(~Exists(answered)).order_by().values(zone=zone, milestone=milestone)
    counted = rows.annotate(hosts=Count("site", distinct=True), since=Min("asked_at"))
    return [_step(row) for row in counted.order_by("since", "zone")]


def _step(row: dict) -> Step:
    since = row["since"].astimezone(clock.PARIS).date()
    words = ngettext(
        "Call %(n)s host that has not said its places, asked on %(day)s",
        "Call %(n)s hosts that have not said their places, asked since %(day)s",
        row["hosts"],
    )
    return Step(
        what=words % {"n": number(row["hosts"]), "day": longdate(since)},
        owner=_("%(role)s, %(zone)s") % {"role": capfirst(Role.REGIONAL_LEAD.label), "zone": row["zone"]},
        due_on=since + timedelta(days=ASKED_AGAIN_AFTER[-1]),
        milestone=row["milestone"],
    )

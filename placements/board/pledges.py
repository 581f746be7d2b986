"""What the hosts of a zone have said of an intake, and who is to be asked now, in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Intake
from partnership import clock
from partnership.models import Zone

from ..models import AskLine, HostPledge, HostSite
from ..states import TO_ASK, Asking, AskSkip, PledgeAnswer
from .zone import SiteRow, site_rows

# Somebody who waits for an answer leaves the host in peace for so many days.
DAYS_BETWEEN_QUESTIONS = 5


@dataclass
class HostRow:
    """A host, what it said last of an intake, its places, when it was written to, and whether it is to be asked."""

    site: HostSite
    places: SiteRow
    pledge: HostPledge | None
    asked_at: datetime | None
    asking: Asking

    @property
    def is_to_ask(self) -> bool:
        return self.asking in TO_ASK

    @property
    def waits(self) -> bool:
        """Written to, and silent since."""
        if self.asked_at is None:
            return False
        return self.pledge is None or self.pledge.answered_at < self.asked_at

    @property
    def skip(self) -> str:
        """Why this host is passed over where all of them are written to; empty if it is not."""
        if not self.site.contact_email:
            return AskSkip.NO_ADDRESS
        days = (clock.now() - self.asked_at).days if self.asked_at else DAYS_BETWEEN_QUESTIONS
        if self.waits and days < DAYS_BETWEEN_QUESTIONS:
            return AskSkip.LATELY
        if self.asking == Asking.LATER:
            return AskSkip.LATER
        if self.asking == Asking.FRESH:
            return AskSkip.SAID_NO if self.pledge and self.pledge.answer == PledgeAnswer.NO else AskSkip.ANSWERED
        return ""


def asking_of(pledge: HostPledge | None, places: SiteRow) -> Asking:
    """Whether a host is to be asked now: its own date first, then the ninety days of what it announced."""
    if pledge is None:
        return Asking.NEVER
    if pledge.ask_again_on is not None:
        return Asking.AGAIN if pledge.ask_again_on <= clock.today() else Asking.LATER
    if pledge.answer == PledgeAnswer.NO or not pledge.is_old:
        return Asking.FRESH
    # Where a student sits on every place, there is nothing left to say again.
    return Asking.FRESH if places.total and places.taken == places.total else Asking.STALE


def hosts_of(zone: Zone, intake: Intake, *, only: Iterable[object] | None = None) -> list[HostRow]:
    """The hosts of a zone for an intake, whoever is to be asked first; in four statements whatever their number."""
    # How many places were ever opened there goes with « +1 place », so that a double click opens one.
    counted = HostSite.objects.filter(zone=zone).annotate(seats_ever=Count("seats"))
    sites = counted.select_related("company", "zone", "commune")
    sites = list((sites if only is None else sites.filter(pk__in=only)).order_by("name", "pk"))
    pledges = {pledge.site_id: pledge for pledge in HostPledge.objects.filter(site__in=sites, intake=intake)}
    lines = AskLine.objects.asked().filter(site__in=sites, round__intake=intake).order_by("asked_at", "pk")
    asked = dict(lines.values_list("site", "asked_at"))
    rows = []
    for places in site_rows(sites, [intake]):
        site = places.site
        pledge = pledges.get(site.pk)
        rows.append(HostRow(site, places, pledge, asked.get(site.pk), asking_of(pledge, places)))
    order = list(Asking)
    # Whoever asked to be asked again today first, then what no longer counts, then whoever never answered.
    first = [Asking.AGAIN, Asking.STALE, Asking.NEVER]
    return sorted(rows, key=lambda row: (first.index(row.asking) if row.is_to_ask else 3, order.index(row.asking)))


def to_ask(zone: Zone, intake: Intake) -> list[HostRow]:
    """The hosts to call or to write to now."""
    return [row for row in hosts_of(zone, intake) if row.is_to_ask]


# -- sentences --------------------------------------------------------------------------------------------------------


def calls_words(rows: list[HostRow]) -> str:
    """How many hosts are to be called, and how many free places wait to be said again."""
    if not rows:
        return _("Every host has answered: nobody to call.")
    words = ngettext("%(n)s host to call", "%(n)s hosts to call", len(rows)) % {"n": len(rows)}
    stale = sum(row.places.stale for row in rows)
    if stale:
        words += ", " + ngettext("%(n)s place to reconfirm", "%(n)s places to reconfirm", stale) % {"n": stale}
    return f"{words}."

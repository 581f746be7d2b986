"""Lists of hosts: read and shown, recorded once confirmed, forgotten a while after."""

from collections.abc import Collection
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Intake
from partnership import clock, sheets
from partnership.models import User
from partnership.workflow import Refused, move, record

from .. import imports
from ..models import HostList, HostSite
from ..states import HostListState, HostRowVerdict
from .hosts import add_site
from .places import open_seats


@transaction.atomic
def receive_host_list(file: BinaryIO, *, name: str, by: User, intake: Intake | None = None) -> HostList:
    """Keep what would become of each row, and record nothing; sheets.Unreadable for what is no list of hosts."""
    with sheets.read(file) as sheet:
        columns = imports.columns_of(sheet.header)
        if missing := imports.lacking(columns):
            raise sheets.Unreadable(
                ngettext("This list has no column “%(names)s”.", "This list has no columns “%(names)s”.", len(missing))
                % {"names": "”, “".join(missing)}
            )
        at, seen, rows = imports.Circumstances(by, columns, opens_places=intake is not None), {}, []
        for line, cells in sheet.rows:
            row = imports.read(line, cells, at)
            if row is None:
                continue
            if len(rows) == imports.MOST_ROWS:
                raise sheets.Unreadable(
                    _("This list has more than %(most)s hosts: cut it into several files.")
                    % {"most": imports.MOST_ROWS}
                )
            rows.append(imports.judge(row, seen, at).kept())
    if not rows:
        raise sheets.Unreadable(_("This list holds no host."))
    kept = HostList.objects.create(
        name=name[:120], rows=rows, intake=intake, made_at=clock.now(), made_by=by, state=HostListState.CHECKED
    )
    record(kept, HostListState.CHECKED, by=by)
    return kept


@transaction.atomic
def write_host_list(kept: HostList, *, by: User, others: Collection[int] = ()) -> None:
    """Record the new sites of a list, and of those that look like another the lines in `others`; all or nothing.

    Each row is judged again: what was recorded meanwhile is known, and a row that the rules refuse says why.
    """
    move(kept, HostListState.WRITTEN, by=by)
    at, seen = imports.Circumstances(by, [], opens_places=kept.intake is not None), {}
    rows: list[dict[str, Any]] = []
    for said in kept.rows:
        wanted = said["verdict"] == HostRowVerdict.NEW or (
            said["verdict"] == HostRowVerdict.ALIKE and said["line"] in others
        )
        rows.append(_write(kept, said, seen, at, by=by) if wanted else said)
    kept.rows = rows
    kept.save(update_fields=["rows"])


def _write(kept: HostList, said: dict[str, Any], seen: dict[str, int], at: imports.Circumstances, *, by: User) -> dict:
    if said["verdict"] == HostRowVerdict.NEW:
        # Rows above it may have become sites that it resembles: they were shown as new, and are.
        again = imports.judge(imports.Row(said["line"], said["name"], said["answers"]), seen, at)
        if again.verdict == HostRowVerdict.KNOWN:
            return again.kept()
    try:
        with transaction.atomic():
            site = add_site(by=by, **imports.recorded(said["answers"]))
            if said["answers"]["places"] and kept.intake is not None:
                open_seats(site, kept.intake, number=said["answers"]["places"], by=by)
    except Refused as refusal:
        return said | {"verdict": str(HostRowVerdict.WRONG), "told": [["refused", refusal.reason]], "site": ""}
    return said | {"verdict": str(HostRowVerdict.NEW), "site": str(site.pk)}


@transaction.atomic
def forget_host_list(kept: HostList, *, by: User) -> None:
    """Forget a list: nothing of it was recorded, or what was stays."""
    record(kept, "removed", by=by)
    kept.delete()


def sites_of(kept: HostList) -> dict[str, HostSite]:
    """The sites that a list's rows speak of, by their key."""
    keys = {row["site"] for row in kept.rows if row["site"]}
    return {str(site.pk): site for site in HostSite.objects.filter(pk__in=keys)}

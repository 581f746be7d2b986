"""The administrators' look at the machine: one verdict, what proves it, and what can be done about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from .. import clock, invariants, jobs, policies, services
from .. import operations as machine
from ..forms import LettersForm
from ..models import InvariantCheck, Job, OutgoingMessage, User
from ..states import STOPPED, JobState
from ..workflow import Refused, Stale

LETTERS_A_PAGE = 20
JOBS_SHOWN = 20
REFERENCES_SHOWN = 10
_MAILBOX = re.compile(r"[^\s'\"<>{}(),:@]+@")


def without_mailboxes(text: str) -> str:
    """A text of the mail server or of the database without anybody's address: its domain says enough."""
    return _MAILBOX.sub("…@", text)


@dataclass(frozen=True)
class StoppedLetter:
    """A letter that somebody must decide about, as far as an administrator needs to know it."""

    letter: OutgoingMessage

    @property
    def reader(self) -> str:
        """The first letter and the domain of the address."""
        return self.letter.to_email[:1] + without_mailboxes(self.letter.to_email)

    @property
    def reason(self) -> str:
        return without_mailboxes(self.letter.last_error)


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """How the machine is: what runs, what waits, what stopped, what contradicts itself."""
    policies.require(policies.is_administrator(request.user))
    report, broker = machine.look(), machine.ask_broker()
    database, unapplied = machine.ask_database(), machine.unapplied_migrations()
    clauses = [problem.words for problem in report.problems]
    if not broker.answers:
        clauses.append(_("the broker does not answer: letters leave by the relay, a minute late"))
    if unapplied:
        clauses.append(_("the database is behind this release"))
    letters, older = _stopped(request.GET.get("avant", ""))
    context = {
        "title": machine.verdict(clauses),
        "now": clock.now(),
        "report": report,
        "broker": broker,
        "letters": letters,
        "older": older,
        "is_first_page": not request.GET.get("avant"),
        "tasks": _tasks(),
        "findings": _findings(report.check),
        "facts": [*machine.versions(broker, database), *_facts(database, unapplied, report.backup)],
    }
    return render(request, "partnership/operations.html", context)


def _stopped(before: str) -> tuple[list[StoppedLetter], int | None]:
    """A page of the letters that stopped, the newest first, and where the next page begins."""
    letters = OutgoingMessage.objects.filter(state__in=STOPPED).order_by("-pk").defer("text", "html", "secret")
    if before:
        if not (before.isascii() and before.isdigit() and len(before) < 19):
            raise Http404
        letters = letters.filter(pk__lt=int(before))
    found = list(letters[: LETTERS_A_PAGE + 1])
    shown = [StoppedLetter(letter) for letter in found[:LETTERS_A_PAGE]]
    return shown, shown[-1].letter.pk if len(found) > LETTERS_A_PAGE else None


def _tasks() -> list[dict[str, Any]]:
    unfinished = Job.objects.exclude(state=JobState.DONE).select_related("started_by").order_by("-started_at")
    return [
        {
            "job": job,
            "label": jobs.KINDS[job.kind].label if job.kind in jobs.KINDS else job.kind,
            "reason": without_mailboxes(job.errors[-1].splitlines()[0]) if job.errors and job.errors[-1] else "",
            "may_restart": job.state == JobState.FAILED,
        }
        for job in unfinished[:JOBS_SHOWN]
    ]


def _findings(check: InvariantCheck | None) -> list[dict[str, Any]]:
    if check is None:
        return []
    return [
        {
            "label": invariants.INVARIANTS[key].label if key in invariants.INVARIANTS else key,
            "references": references[:REFERENCES_SHOWN],
            "more": max(len(references) - REFERENCES_SHOWN, 0),
        }
        for key, references in check.findings.items()
    ]


def _facts(database: machine.Database, unapplied: list[str], backup: timedelta | None) -> list[dict[str, str]]:
    age = _("none is known of") if backup is None else _("%(ago)s ago") % {"ago": machine.duration(backup)}
    return [
        {"label": _("Migrations"), "value": ", ".join(unapplied) or _("all applied")},
        {"label": _("Database"), "value": _("%(n)s MB") % {"n": -(-database.bytes // 2**20)}},
        {
            "label": _("Connections"),
            "value": _("%(n)s of %(most)s") % {"n": database.connections, "most": database.connections_at_most},
        },
        {"label": _("Last backup"), "value": age},
    ]


# -- what can be done -------------------------------------------------------------------------------------------------


def _for_each_letter(request: HttpRequest, deed: Callable[..., None], told: Callable[[int], str]) -> HttpResponse:
    """Do a deed to each letter that was ticked, or to the one whose button was pressed, each on its own."""
    policies.require(policies.is_administrator(request.user))
    form = LettersForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tick at least one letter of the list."))
        return redirect("partnership:operations")
    done = 0
    for letter in form.chosen():
        try:
            deed(letter, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.reason)
        except Stale:
            messages.error(request, _("Somebody else has just decided about “%(letter)s”.") % {"letter": letter})
        else:
            done += 1
    if done:
        messages.success(request, told(done))
    return redirect("partnership:operations")


@require_POST
def letters_send_again(request: HttpRequest) -> HttpResponse:
    """Put letters that stopped back among those to send."""

    def told(n: int) -> str:
        return ngettext("%(n)s letter will leave again.", "%(n)s letters will leave again.", n) % {"n": n}

    return _for_each_letter(request, services.send_letter_again, told)


@require_POST
def letters_settle(request: HttpRequest) -> HttpResponse:
    """Say of letters in doubt that they had left."""

    def told(n: int) -> str:
        return ngettext("%(n)s letter had left.", "%(n)s letters had left.", n) % {"n": n}

    return _for_each_letter(request, services.settle_letter, told)


@require_POST
def letters_cancel(request: HttpRequest) -> HttpResponse:
    """Give letters up."""

    def told(n: int) -> str:
        return ngettext("%(n)s letter is cancelled.", "%(n)s letters are cancelled.", n) % {"n": n}

    return _for_each_letter(request, services.cancel_letter, told)


@require_POST
def invariants_check(request: HttpRequest) -> HttpResponse:
    """Have the data checked now, by the worker of the long tasks."""
    user: User = request.user
    policies.require(policies.is_administrator(user))
    jobs.start("invariants_check", by=user)
    messages.success(request, _("The data are being checked: what is found appears on this page."))
    return redirect("partnership:operations")

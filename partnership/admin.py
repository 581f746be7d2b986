"""The administrators' desk: parties and zones, and what may only be read: journal and letters.

People and their roles have pages of their own, under /equipe/, and so have conventions, under /partenariat/.

Permissions ask the policies, writes leave a line in the journal instead of the library's own log (which would keep the
names of people after they have been erased).
"""

from collections.abc import Callable
from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401 (all four register what is taken back below)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaks_filter
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import outbox
from .desk import (
    AdministratorAdmin,
    AdministratorInline,
    DistinctFormSet,
    RecordAdmin,
    yes_or_no,
)
from .models import (
    JournalEntry,
    OutgoingMessage,
    Party,
    SchoolZone,
    Zone,
    ZoneDepartment,
)

# Addresses are a field of User and rights come from memberships: the libraries' own tables have nothing to say here.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


def no_autocomplete(request: HttpRequest) -> HttpResponse:
    """No field here completes itself, so nobody searches the tables by that address."""
    raise PermissionDenied


admin.site.autocomplete_view = no_autocomplete


def to_own_password(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """A password is changed on the page of one's account: its letter, its limit and its line in the journal."""
    return redirect("account_change_password")


admin.site.password_change = admin.site.password_change_done = to_own_password


class DepartmentFormSet(DistinctFormSet):
    distinct_by = ("department",)


class SchoolZoneFormSet(DistinctFormSet):
    distinct_by = ("since",)


# -- parties and zones -------------------------------------------------------------------------------------------------


@admin.register(Party)
class PartyAdmin(AdministratorAdmin):
    list_display = ["name", "short_name", "code"]


class ZoneDepartmentInline(AdministratorInline):
    model = ZoneDepartment
    formset = DepartmentFormSet


class SchoolZoneInline(AdministratorInline):
    """In which school zone, and since when: the calendars of cohorts are drawn by it."""

    model = SchoolZone
    formset = SchoolZoneFormSet


@admin.register(Zone)
class ZoneAdmin(AdministratorAdmin):
    pilot = yes_or_no(Zone, "is_pilot")
    list_display = ["name", "code", "order", "pilot", "department_list"]
    inlines = [ZoneDepartmentInline, SchoolZoneInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Zone]:
        return super().get_queryset(request).prefetch_related("departments")

    @admin.display(description=_("departments"))
    def department_list(self, zone: Zone) -> str:
        return ", ".join(map(str, zone.departments.all()))


# -- what is only read ------------------------------------------------------------------------------------------------


def _told(field: str, words: Promise, *, order: str = "") -> Callable[[Any, models.Model], Any]:
    """A field of a record that people do not write, under a name for the administrators who read it.

    With `order`, the field by which its column is sorted in its stead.
    """

    @admin.display(description=words, ordering=order or field)
    def told(self: admin.ModelAdmin, thing: models.Model) -> Any:
        # A table shows a hundred records: Django's get_…_display reads every word of the choices for each.
        words, value = dict(self.opts.get_field(field).flatchoices), getattr(thing, field)
        return str(words[value]) if value in words else value

    return told


class _StateFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("state")


class _ActorFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("who")


@admin.register(JournalEntry)
class JournalEntryAdmin(RecordAdmin):
    moment = _told("at", _("when"), order="pk")
    who, channel_used = _told("actor_kind", _("who")), _told("channel", _("how"))
    of, file = _told("subject", _("record")), _told("about", _("file"))
    old, new, why = _told("before", _("before")), _told("after", _("after")), _told("reason", _("reason"))
    list_display = ["moment", "who", "channel_used", "of", "old", "new", "why"]
    fields = readonly_fields = [*list_display, "file"]
    list_filter = [("actor_kind", _ActorFilter)]
    search_fields = ["subject__exact", "about__exact"]
    search_help_text = _("The reference of a record, such as partnership.convention:…")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry], search_term: str
    ) -> tuple[QuerySet[JournalEntry], bool]:
        # References are in lower case, and their indexes know them as they are.
        return super().get_search_results(request, queryset, search_term.lower())


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(RecordAdmin):
    """Letters and what became of them; personal links and codes are for their readers alone.

    What can be done about those that stopped stands on the operations page.
    """

    letter, standing = _told("subject", _("subject")), _told("state", _("state"))
    name, address = _told("to_name", _("recipient")), _told("to_email", _("e-mail address"))
    written = _told("written_at", _("written"), order="pk")
    due, sent = _told("due_at", _("due")), _told("sent_at", _("sent"))
    tried, problem = _told("attempts", _("attempts")), _told("last_error", _("last problem"))
    list_display = ["letter", "address", "standing", "written", "due", "sent", "tried"]
    fields = readonly_fields = [
        "standing",
        "letter",
        "name",
        "address",
        "body",
        "written",
        "due",
        "sent",
        "tried",
        "problem",
    ]
    list_filter = [("state", _StateFilter)]
    search_fields = ["to_email", "=about", "subject"]

    @admin.display(description=_("text"))
    def body(self, letter: OutgoingMessage) -> SafeString:
        text = letter.text.replace(outbox.LINK_MARK, f"« {gettext('personal link')} »")
        text = text.replace(outbox.SECRET_MARK, f"« {gettext('code')} »")
        return linebreaks_filter(text)

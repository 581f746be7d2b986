"""The administrators' desk: parties, zones, conventions, and what may only be read: journal and letters.

People and their roles have pages of their own, under /equipe/.

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
from django import forms
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

from . import measures, outbox
from .desk import (
    AdministratorAdmin,
    AdministratorInline,
    AdministratorStack,
    DistinctFormSet,
    ReadOnlyAdmin,
    yes_or_no,
)
from .models import (
    Commitment,
    Convention,
    JournalEntry,
    Milestone,
    Objective,
    OutgoingMessage,
    Party,
    SchoolZone,
    Signature,
    User,
    Zone,
    ZoneDepartment,
)
from .states import ConventionState

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


class MilestoneFormSet(DistinctFormSet):
    distinct_by = ("order",)


class ObjectiveFormSet(DistinctFormSet):
    distinct_by = ("measure", "zone")


class SignatureFormSet(DistinctFormSet):
    distinct_by = ("party",)


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


# -- what was promised ----------------------------------------------------------------------------------------------


class MilestoneInline(AdministratorStack):
    model = Milestone
    formset = MilestoneFormSet
    fields = [
        ("order", "owner"),
        ("title", "short_title"),
        ("opens_on", "opens_precision"),
        ("finalise_by", "finalise_precision"),
    ]
    show_change_link = True


class CommitmentInline(AdministratorStack):
    """A promise is made here and kept on its own page, by the party that made it."""

    model = Commitment
    fields = ["text", ("party", "milestone", "due_on"), ("evidence", "done_at")]
    readonly_fields = ["evidence", "done_at"]

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "milestone":
            convention = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = (
                Milestone.objects.filter(convention=convention) if convention else Milestone.objects.none()
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class SignatureInline(AdministratorInline):
    """Who is to sign, as long as it is a draft; signing itself has no path through the administration."""

    model = Signature
    formset = SignatureFormSet
    fields = ["order", "party", "signed_at", "hand"]
    readonly_fields = ["signed_at", "hand"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        return super().get_queryset(request).select_related("party", "signed_by")

    @admin.display(description=_("signed by"))
    def hand(self, signature: Signature) -> User | None:
        return signature.signed_by

    def has_add_permission(self, request: HttpRequest, obj: Convention | None = None) -> bool:
        return super().has_add_permission(request, obj) and _is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Convention | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Convention | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_draft(obj)


def _is_draft(convention: Convention | None) -> bool:
    return convention is None or convention.state == ConventionState.DRAFT


@admin.register(Convention)
class ConventionAdmin(AdministratorAdmin):
    """A convention is written here; what has been signed keeps its words and cannot be deleted."""

    fields = ["title", "purpose", "state", "signed_at"]
    inlines = [SignatureInline, MilestoneInline, CommitmentInline]
    list_display = ["title", "state", "signed_at"]
    list_filter = ["state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Convention | None = None) -> list[str]:
        return ["state", "signed_at"] if _is_draft(obj) else ["title", "purpose", "state", "signed_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Convention | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_draft(obj)

    def get_actions(self, request: HttpRequest) -> dict:
        # Deleting many at once would not ask whether each is still a draft.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ObjectiveInline(AdministratorInline):
    model = Objective
    formset = ObjectiveFormSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objective]:
        return super().get_queryset(request).select_related("zone")

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "measure":
            choices = [("", "---------"), *((measure.key, measure.label) for measure in measures.MEASURES.values())]
            return forms.ChoiceField(label=db_field.verbose_name, choices=choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Milestone)
class MilestoneAdmin(AdministratorAdmin):
    """A milestone with its objectives; its status is computed by the board."""

    list_display = ["title", "convention", "order", "owner", "opens_on", "finalise_by"]
    list_filter = ["convention"]
    list_select_related = ["convention", "owner"]
    inlines = [ObjectiveInline]


# -- what is only read ------------------------------------------------------------------------------------------------


def _told(field: str, words: Promise) -> Callable[[Any, models.Model], Any]:
    """A field of a record that people do not write, under a name for the administrators who read it."""

    @admin.display(description=words, ordering=field)
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
class JournalEntryAdmin(ReadOnlyAdmin):
    moment, who, channel_used = _told("at", _("when")), _told("actor_kind", _("who")), _told("channel", _("how"))
    of, file = _told("subject", _("record")), _told("about", _("file"))
    old, new, why = _told("before", _("before")), _told("after", _("after")), _told("reason", _("reason"))
    list_display = ["moment", "who", "channel_used", "of", "old", "new", "why"]
    fields = readonly_fields = [*list_display, "file"]
    list_filter = [("actor_kind", _ActorFilter)]
    search_fields = ["=subject", "=about"]
    search_help_text = _("The reference of a record, such as partnership.convention:…")
    show_full_result_count = False


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin):
    """Letters and what became of them; personal links and codes are for their readers alone.

    What can be done about those that stopped stands on the operations page.
    """

    letter, standing = _told("subject", _("subject")), _told("state", _("state"))
    name, address = _told("to_name", _("recipient")), _told("to_email", _("e-mail address"))
    written, due, sent = _told("written_at", _("written")), _told("due_at", _("due")), _told("sent_at", _("sent"))
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
    show_full_result_count = False

    @admin.display(description=_("text"))
    def body(self, letter: OutgoingMessage) -> SafeString:
        text = letter.text.replace(outbox.LINK_MARK, f"« {gettext('personal link')} »")
        text = text.replace(outbox.SECRET_MARK, f"« {gettext('code')} »")
        return linebreaks_filter(text)

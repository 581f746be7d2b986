"""What every administrators' desk is built on: permissions that ask the policies, writes that the journal keeps."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import yesno
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from . import policies
from .fields import OF_COLUMNS, LineField
from .workflow import record


def unprocessable_when_shown_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form that comes back with its errors answers 422, the library's forms like ours."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return shown


class SearchForm(forms.Form):
    """The search above a table."""

    q = LineField(required=False, max_length=200)


class Table(ChangeList):
    search_form_class = SearchForm


# A day is chosen by the browser's own means, which every keyboard and screen reader knows.
OF_COLUMNS_HERE = OF_COLUMNS | {
    models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
}


def _without_pop_ups(field: forms.Field | None) -> forms.Field | None:
    """A choice of related records without links into windows: each record has its own page."""
    if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    return field


def yes_or_no(model: type[models.Model], name: str) -> Callable[[Any, models.Model], str]:
    """The column of a fact that holds or does not, in words: the stock pictures say less and are files to load."""

    @admin.display(description=model._meta.get_field(name).verbose_name, ordering=name)
    def said(self: admin.ModelAdmin, thing: models.Model) -> str:
        return yesno(getattr(thing, name))

    return said


class AdministratorAdmin(admin.ModelAdmin):
    """For administrators alone; each text is cleaned, each write is a line in the journal."""

    formfield_overrides = OF_COLUMNS_HERE
    # A field on which figures of the past hang: the journal keeps what it said before (past.former).
    remembered = ""

    @property
    def media(self) -> forms.Media:
        """None of the stock scripts: no page here needs one."""
        return forms.Media()

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Table

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policies.is_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return policies.is_administrator(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return policies.is_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return policies.is_administrator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return policies.is_administrator(request.user)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        # A record has the width of the page; the crumbs lead back to the tables.
        context["is_nav_sidebar_enabled"] = False
        return unprocessable_when_shown_again(super().render_change_form)(request, context, **kwargs)

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and self.remembered in form.changed_data:
            before = str(form.initial[self.remembered])
            record(obj, "edited", by=request.user, before=before, reason=self.remembered)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        record(obj, "added", by=request.user)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        record(obj, "edited", by=request.user, reason=_fields_of(message))

    def log_deletions(self, request: HttpRequest, queryset: QuerySet | list[models.Model]) -> None:
        for thing in queryset:
            record(thing, "deleted", by=request.user)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """The history of a record is its lines of the journal."""
        query = urlencode({"q": f"{self.opts.label_lower}:{object_id}"})
        return HttpResponseRedirect(f"{reverse('admin:partnership_journalentry_changelist')}?{query}")


def _fields_of(message: Any) -> str:
    # The library describes a change as a list of {"changed": {"fields": [...]}} or {"added": {"name": ...}}.
    if isinstance(message, str):
        return message[:500]
    said = []
    for part in message:
        for verb, details in part.items():
            said.append(
                " ".join([verb, details.get("name", ""), ", ".join(map(str, details.get("fields", [])))]).strip()
            )
    return "; ".join(said)[:500]


# A zone of every department of France has a row to spare.
MOST_ROWS = 120


class NamedFormSet(forms.BaseInlineFormSet):
    """Rows whose fields carry their column's name: the table's head is no label to assistive technology."""

    default_error_messages = {
        "too_many_forms": ngettext_lazy(
            "There is room for %(num)d line at most.", "There is room for %(num)d lines at most.", "num"
        ),
        "missing_management_form": _("The form has come back incomplete: open the page again."),
    }

    def total_form_count(self) -> int:
        """The rows there are; of a form that claims more than there can be, those of the record alone are drawn."""
        if self.is_bound and self.management_form.cleaned_data["TOTAL_FORMS"] > self.absolute_max:
            return len(self.get_queryset())
        return super().total_form_count()

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        # The record is at hand: no row has to ask for it again to say its own name.
        setattr(form.instance, self.fk.name, self.instance)
        for bound in form.fields.values():
            bound.widget.attrs["aria-label"] = bound.label


class _Remembered(QuerySet):
    """Rows to choose among, read once: each line of a record's page offers the same ones."""

    def all(self) -> "_Remembered":
        return self

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[models.Model]:
        return iter(self)


class AdministratorRows(admin.options.InlineModelAdmin):
    """The rows of a record, on its page: their texts are cleaned, and there is an end to them."""

    formset = NamedFormSet
    formfield_overrides = OF_COLUMNS_HERE
    extra = 0

    @property
    def media(self) -> forms.Media:
        return forms.Media(js=["js/rows.js"])

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return _without_pop_ups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        rows = getattr(field, "queryset", None)
        if rows is not None:
            field.queryset = _Remembered(rows.model, rows.query.chain(), rows.db)
        return field

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> type:
        return super().get_formset(request, obj, **{"max_num": MOST_ROWS, "absolute_max": MOST_ROWS, **kwargs})


class AdministratorInline(AdministratorRows, admin.TabularInline):
    """Rows in a table."""


class DistinctFormSet(NamedFormSet):
    """Rows that the database keeps apart by `distinct_by`: a repetition is told in the form, an exchange as well."""

    distinct_by: tuple[str, ...] = ()

    def clean(self) -> None:
        super().clean()
        before = {tuple(form.initial.get(name) for name in self.distinct_by): form for form in self.initial_forms}
        after: dict[tuple, forms.ModelForm] = {}
        for form in self.forms:
            if not form.is_valid() or form in self.deleted_forms or not any(form.cleaned_data.values()):
                continue
            key = tuple(
                getattr(form.cleaned_data.get(name), "pk", form.cleaned_data.get(name)) for name in self.distinct_by
            )
            if key in after:
                form.add_error(self.distinct_by[0], _("Another line already says this."))
            elif before.get(key, form) is not form and form in self.initial_forms:
                # Rows are written one after the other, so the value must be free when its turn comes.
                form.add_error(self.distinct_by[0], _("Another line holds this value: free it first, then save again."))
            after[key] = form


class ReadOnlyAdmin(AdministratorAdmin):
    """What no form writes: it can be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


# Of a table that only grows: a hundred pages, and no page counts more.
MOST_LISTED = 10_000


class FirstLines(Paginator):
    """The pages of the first lines, and whether there are more: to count a million of them would take too long."""

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: MOST_LISTED + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, MOST_LISTED)

    @property
    def are_more(self) -> bool:
        """Whether there are lines that no page shows."""
        return self._counted > MOST_LISTED


class RecordAdmin(ReadOnlyAdmin):
    """What is only added to: the newest first, as they were written, which their key knows."""

    ordering = ["-pk"]
    paginator = FirstLines
    show_full_result_count = False

"""Every form of ours, found in the code and in the administration: a new one is held to the same tests unasked."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("config", "partnership", "programmes", "cohorts", "placements")


def written() -> list[type[forms.BaseForm]]:
    """The forms we have written."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "Form):" in path.read_text():
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    kinds = [kind for kind in _below(forms.BaseForm) if kind.__module__.partition(".")[0] in PACKAGES]
    # The library makes a class of each table's form as it is opened: those are found below.
    return sorted((kind for kind in kinds if "base_fields" in vars(kind) and not _is_made(kind)), key=name_of)


def _below(kind: type) -> set[type]:
    return {kind}.union(*(_below(child) for child in kind.__subclasses__()))


def _is_made(kind: type) -> bool:
    return getattr(importlib.import_module(kind.__module__), kind.__name__, None) is not kind


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def visit(user: Any, address: str = "/fr/", said: Any = None) -> HttpRequest:
    """A request as the administration's tables expect it, without a server."""
    factory = RequestFactory()
    request = factory.get(address, said) if said is not None else factory.get(address)
    request.user, request.resolver_match = user, resolve(request.path_info)
    request._messages = CookieStorage(request)
    return request


def tables() -> list[admin.ModelAdmin]:
    """The tables of the administration."""
    return sorted(admin.site._registry.values(), key=lambda table: table.opts.label)


@dataclass(frozen=True)
class Rows:
    """The rows on a record's page."""

    table: admin.ModelAdmin
    number: int

    def __str__(self) -> str:
        return f"{self.table.opts.label} rows {self.number}"

    def formset(self, request: HttpRequest, thing: Model | None) -> type[forms.BaseInlineFormSet]:
        return self.table.get_inline_instances(request, thing)[self.number].get_formset(request, thing)


def rows_of_tables() -> list[Rows]:
    return [Rows(table, number) for table in tables() for number in range(len(table.inlines))]


def fields(user: Any) -> dict[str, dict[str, forms.Field]]:
    """The fields of every form, by its name; those of the searches as well."""
    found = {name_of(kind): kind.base_fields for kind in written()}
    request = visit(user)
    for table in tables():
        if table.has_add_permission(request):
            found[f"admin: {table.opts.label}"] = table.get_form(request).base_fields
        found[f"admin: {table.opts.label}, search"] = table.get_changelist(request).search_form_class({}).fields
    for rows in rows_of_tables():
        found[f"admin: {rows}"] = rows.formset(request, None).form.base_fields
    return found

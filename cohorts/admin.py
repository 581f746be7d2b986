"""The administrators' reference data of recruitment: intakes and cohorts; applicants are never in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from partnership.desk import AdministratorAdmin, yes_or_no
from partnership.fields import LineField

from .models import Cohort, Intake, PaperKind


class CohortForm(forms.ModelForm):
    """A cohort: its content is one of its programme's, and its places hold what has been offered."""

    class Meta:
        model = Cohort
        fields = [
            "intake",
            "zone",
            "groups",
            "capacity",
            "rhythm",
            "applications_from",
            "applications_until",
            "curriculum",
        ]
        field_classes = {"rhythm": LineField}

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        intake, content = said.get("intake"), said.get("curriculum")
        if intake and content and content.programme_id != intake.programme_id:
            self.add_error("curriculum", _("This content belongs to another programme."))
        if self.instance.pk and self.instance.applications.exists():
            for name in {"intake", "zone"} & set(self.changed_data):
                self.add_error(name, _("Applications have been begun here: neither the intake nor the zone changes."))
        if self.instance.pk and "capacity" in said:
            held = self.instance.applications.holding().count()
            if said["capacity"] * (100 + self.instance.overbooking_percent) // 100 < held:
                self.add_error("capacity", _("%(held)s places are already offered or confirmed.") % {"held": held})
        return said


@admin.register(Intake)
class IntakeAdmin(AdministratorAdmin):
    list_display = ["programme", "starts_on"]
    list_filter = ["programme"]
    list_select_related = ["programme"]


@admin.register(Cohort)
class CohortAdmin(AdministratorAdmin):
    form = CohortForm
    list_display = ["intake", "zone", "capacity", "overbooking_percent", "applications_from", "applications_until"]
    list_filter = ["zone", "intake__programme"]
    list_select_related = ["intake__programme", "zone"]


@admin.register(PaperKind)
class PaperKindAdmin(AdministratorAdmin):
    """Which papers are asked for, of whom and when; one that was asked of somebody is put out of use, not deleted."""

    in_use = yes_or_no(PaperKind, "is_in_use")
    list_display = ["name", "programme", "cohort", "asked_of", "asked_when", "order", "in_use"]
    list_filter = ["asked_when", "programme"]
    list_select_related = ["programme", "cohort__intake__programme", "cohort__zone"]

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "cohort":
            # Each choice is called by its programme and its zone: fetched with it.
            kwargs["queryset"] = Cohort.objects.select_related("intake__programme", "zone")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

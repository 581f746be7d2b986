"""The administrators' reference data of recruitment: intakes and cohorts; applicants are never in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partnership.desk import AdministratorAdmin, yes_or_no
from partnership.fields import LineField

from .models import MOST_WEEKS, SCHOOL_WEEKDAYS, Cohort, Intake, PaperKind, PlanningRate
from .services import calendar_of
from .states import RhythmKind

_PATTERN = ["rhythm_kind", "school_weeks", "company_weeks", "school_weekdays", "training_from", "training_until"]


def _school_weekdays() -> list[tuple[int, str]]:
    return [(day, capfirst(WEEKDAYS[day])) for day in SCHOOL_WEEKDAYS]


def _weeks(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST_WEEKS, required=False)


class CohortForm(forms.ModelForm):
    """A cohort: its content is one of its programme's, its rhythm is said whole, its places hold what was offered."""

    school_weeks = _weeks(_("Weeks in school"))
    company_weeks = _weeks(_("Weeks in the company"))
    school_weekdays = forms.TypedMultipleChoiceField(
        label=_("Days in school"),
        choices=_school_weekdays,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The other days from Monday to Friday are days in the company."),
    )

    class Meta:
        model = Cohort
        fields = [
            "intake",
            "zone",
            "groups",
            "capacity",
            "rhythm",
            *_PATTERN,
            "applications_from",
            "applications_until",
            "curriculum",
        ]
        field_classes = {"rhythm": LineField}
        help_texts = {
            "rhythm": _("In your own words, where those of the pattern do not suit."),
            "rhythm_kind": _("The pattern draws the calendar; whole weeks begin in school."),
            "training_from": _("Empty for the day of the intake."),
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        intake, content = said.get("intake"), said.get("curriculum")
        if intake and content and content.programme_id != intake.programme_id:
            self.add_error("curriculum", _("This content belongs to another programme."))
        self._clean_pattern(said)
        if self.instance.pk and self.instance.applications.exists():
            for name in {"intake", "zone"} & set(self.changed_data):
                self.add_error(name, _("Applications have been begun here: neither the intake nor the zone changes."))
        if self.instance.pk and "capacity" in said:
            held = self.instance.applications.holding().count()
            if said["capacity"] * (100 + self.instance.overbooking_percent) // 100 < held:
                self.add_error("capacity", _("%(held)s places are already offered or confirmed.") % {"held": held})
        return said

    def _clean_pattern(self, said: dict[str, Any]) -> None:
        """What the kind of alternation asks for, and nothing else."""
        kind, intake = said.get("rhythm_kind"), said.get("intake")
        if kind != RhythmKind.WEEKS:
            said["school_weeks"] = said["company_weeks"] = None
        if kind != RhythmKind.WEEKDAYS:
            said["school_weekdays"] = []
        if not kind:
            return
        if said.get("training_from") is None and intake and "training_from" not in self.errors:
            said["training_from"] = intake.starts_on
        for name in ("school_weeks", "company_weeks") if kind == RhythmKind.WEEKS else ():
            if said.get(name) is None and name not in self.errors:
                self.add_error(name, _("How many weeks?"))
        if kind == RhythmKind.WEEKDAYS and not 0 < len(said.get("school_weekdays", [0])) < len(SCHOOL_WEEKDAYS):
            self.add_error("school_weekdays", _("Choose the days in school, and leave at least one to the company."))
        if said.get("training_until") is None and "training_until" not in self.errors:
            self.add_error("training_until", _("The calendar needs the last day of the training."))


@admin.register(Intake)
class IntakeAdmin(AdministratorAdmin):
    list_display = ["programme", "starts_on"]
    list_filter = ["programme"]
    list_select_related = ["programme"]


@admin.register(Cohort)
class CohortAdmin(AdministratorAdmin):
    form = CohortForm
    fields = [
        "intake",
        "zone",
        "groups",
        "capacity",
        "rhythm",
        *_PATTERN,
        "hours_in_school",
        "applications_from",
        "applications_until",
        "curriculum",
    ]
    readonly_fields = ["hours_in_school"]
    list_display = ["intake", "zone", "capacity", "overbooking_percent", "applications_from", "applications_until"]
    list_filter = ["zone", "intake__programme"]
    list_select_related = ["intake__programme", "zone"]

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("intake", "curriculum"):
            # Each choice is called by its programme: fetched with it.
            kwargs["queryset"] = db_field.remote_field.model.objects.select_related("programme")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("hours in school"))
    def hours_in_school(self, cohort: Cohort) -> str | None:
        """The hours against the 25 % rule, as the cohort is kept: not as a form that came back would have it."""
        kept = Cohort.objects.select_related("zone").filter(pk=cohort.pk).first()
        calendar = calendar_of(kept) if kept else None
        return calendar.verdict if calendar else None

    def save_model(self, request: HttpRequest, obj: Cohort, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        calendar = calendar_of(obj)
        if calendar and not (calendar.is_long_enough and calendar.is_known):
            # Nothing is refused: the school may have reasons, and other hours.
            messages.warning(request, calendar.verdict)


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


@admin.register(PlanningRate)
class PlanningRateAdmin(AdministratorAdmin):
    """What the forecast supposes of each step while no intake has shown better."""

    list_display = ["step", "programme", "rate", "days"]
    list_filter = ["programme"]
    list_select_related = ["programme"]

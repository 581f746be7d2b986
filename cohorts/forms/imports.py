"""What recruitment fills in about a list from elsewhere: the file and whom it is for, then what its columns are."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import sheets
from partnership.fields import Impossible, tidy

from ..imports.columns import KINDS, ORDER
from ..models import Cohort, RecruitmentSource
from ..states import Source
from .sources import choices_of

_CHOOSE = gettext_lazy("Choose a file: CSV or XLSX, 20 MB at most.")


class ListForm(forms.Form):
    """A list, the intake its people ask about, and what holds for every row that does not say otherwise."""

    file = forms.FileField(
        label=gettext_lazy("List"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
        help_text=gettext_lazy("CSV or XLSX, with a line of headings; 20 MB and 50,000 rows at most."),
        error_messages={"required": _CHOOSE, "invalid": _CHOOSE, "missing": _CHOOSE, "max_length": _CHOOSE},
    )
    intake = forms.ChoiceField(
        label=gettext_lazy("Intake"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose the intake these people ask about.")
        ),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Zone"),
        required=False,
        help_text=gettext_lazy("For the rows that name none."),
        error_messages={"invalid_choice": gettext_lazy("Choose a zone of this intake.")},
    )
    came_by = forms.ChoiceField(
        label=gettext_lazy("Recruitment source"),
        required=False,
        help_text=gettext_lazy("Where this list comes from: its people are counted there."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("How did they hear of us?"),
        required=False,
        help_text=gettext_lazy("For the rows that do not say."),
        error_messages={"invalid_choice": gettext_lazy("Choose how they heard of us.")},
    )

    def __init__(self, *args: Any, cohorts: Sequence[Cohort], sources: Iterable[RecruitmentSource] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cohorts = cohorts
        self.sources = {source.code: source for source in sources}
        self.fields["came_by"].choices = choices_of(self.sources.values())
        intakes = {str(cohort.intake_id): cohort.intake for cohort in cohorts}
        zones = {str(cohort.zone_id): cohort.zone.name for cohort in cohorts}
        self.fields["intake"].choices = [(key, str(intake)) for key, intake in intakes.items()]
        self.fields["zone"].choices = [("", gettext_lazy("The one of each postcode")), *zones.items()]
        self.fields["source"].choices = [("", gettext_lazy("Not known")), *Source.choices]
        self.initial = {"source": Source.FAIR.value} | self.initial
        if len(zones) == 1:
            self.initial = {"zone": next(iter(zones))} | self.initial

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > sheets.MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB: cut the list into several files."))
        try:
            file.name = tidy(file.name) or _("list")
        except Impossible:
            file.name = _("list")
        return file

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        pairs = {(str(cohort.intake_id), str(cohort.zone_id)): cohort for cohort in self.cohorts}
        intake, zone = answers.get("intake"), answers.get("zone")
        if intake and zone and (intake, zone) not in pairs:
            self.add_error("zone", _("Choose a zone of this intake."))
        return answers

    def said(self) -> dict[str, Any]:
        """What the list is received with."""
        answers = self.cleaned_data
        intakes = {str(cohort.intake_id): cohort.intake for cohort in self.cohorts}
        zones = {str(cohort.zone_id): cohort.zone for cohort in self.cohorts}
        return {
            "name": answers["file"].name,
            "intake": intakes[answers["intake"]],
            "zone": zones.get(answers["zone"]),
            "source": answers["source"],
            "came_by": self.sources.get(answers["came_by"]),
        }


class ColumnsForm(forms.Form):
    """What each column of a list is; one that is nothing is not taken."""

    def __init__(self, *args: Any, headings: Sequence[str], columns: Sequence[str] = (), **kwargs: Any):
        kept = dict(enumerate(columns))
        super().__init__(
            *args, initial={f"column_{place}": kept.get(place, "") for place in range(len(headings))}, **kwargs
        )
        choices = [("", gettext_lazy("Not taken")), *((key, KINDS[key].title) for key in ORDER)]
        for place, heading in enumerate(headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or _("Column %(letters)s") % {"letters": sheets.column_name(place)},
                choices=choices,
                required=False,
                error_messages={"invalid_choice": gettext_lazy("Choose what this column is.")},
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        names: dict[str, str] = {}
        for name, key in list(answers.items()):
            if key and key in names:
                self.add_error(
                    name, _("Another column is “%(kind)s” already: choose one.") % {"kind": KINDS[key].title}
                )
            names.setdefault(key, name)
        if not self.errors:
            if not names.keys() & {"first_name", "full_name"}:
                self.add_error(None, _("Which column holds the first name, or the whole name? Choose it below."))
            if not names.keys() & {"phone", "email"}:
                self.add_error(None, _("Which column holds the telephone or the e-mail address? Choose one below."))
        return answers

    @property
    def columns(self) -> list[str]:
        """The kinds, in the order of the columns."""
        return list(self.cleaned_data.values())

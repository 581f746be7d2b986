"""What recruitment fills in about exports: which columns, in which order, under which titles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField
from partnership.versions import VersionForm

from ..exports import COLUMNS
from ..models import ColumnTemplate


class ColumnTemplateForm(VersionForm):
    """A name, and beside each column its place in the file, if it has one, and the title it has there."""

    name = LineField(
        label=_("Name of the template"),
        max_length=60,
        help_text=_("The software that reads the file, for example."),
        error_messages={"required": _("Give the template a name.")},
    )

    def __init__(self, *args: Any, template: ColumnTemplate | None = None, **kwargs: Any):
        initial = kwargs.pop("initial", None) or (self.said(template) if template else {})
        super().__init__(*args, initial=initial, **kwargs)
        for key, column in COLUMNS.items():
            self.fields[f"place_{key}"] = forms.IntegerField(
                label=_("Place of “%(column)s”") % {"column": column.title},
                required=False,
                min_value=1,
                max_value=99,
                widget=forms.NumberInput({"inputmode": "numeric"}),
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), _("Write a number between 1 and 99.")
                ),
            )
            self.fields[f"title_{key}"] = LineField(
                label=_("Title of “%(column)s”") % {"column": column.title}, required=False, max_length=60
            )

    @staticmethod
    def said(template: ColumnTemplate) -> dict[str, Any]:
        """What the form says of a template."""
        said: dict[str, Any] = {"name": template.name, "version": template.version}
        for place, (key, title) in enumerate(template.columns, start=1):
            said |= {f"place_{key}": place, f"title_{key}": title}
        return said

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The columns, each with its two fields."""
        return [
            {"title": column.title, "place": self[f"place_{key}"], "own": self[f"title_{key}"]}
            for key, column in COLUMNS.items()
        ]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        places = [(answers[f"place_{key}"], key) for key in COLUMNS if answers.get(f"place_{key}")]
        if not places and not any(name.startswith("place_") for name in self.errors):
            self.add_error(None, _("Number at least one column: the file would be empty."))
        order = {key: number for number, key in enumerate(COLUMNS)}
        chosen = sorted(places, key=lambda pair: (pair[0], order[pair[1]]))
        answers["columns"] = [(key, answers.get(f"title_{key}", "")) for _place, key in chosen]
        return answers

    def chosen(self) -> dict[str, Any]:
        """The name and the columns, in order."""
        return {name: self.cleaned_data[name] for name in ("name", "columns")}

"""What recruitment says of the sources of its young people."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField
from partnership.models import Zone
from partnership.versions import VersionForm

from ..models import RecruitmentSource
from ..states import SourceKind

_NO_ZONE = _("No zone in particular")


class SourceForm(VersionForm):
    """A place or a page that brings young people: its name and its kind are enough."""

    name = LineField(
        label=_("Name of the source"),
        max_length=80,
        help_text=_("For example: Lycée Exemple, or Forum of March. Nobody’s name."),
        error_messages={"required": _("Give the source a name.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), error_messages={"required": _("Choose a kind.")})
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    begins_on = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("Of a fair or a campaign. Its link counts for as long as its posters hang."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    is_active = forms.BooleanField(
        label=_("Offer it where contacts are entered"),
        required=False,
        help_text=_("Set aside, it stays in the figures, and its link still counts."),
    )

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.zones = {zone.code: zone for zone in zones}
        self.fields["kind"].choices = [
            ("", _("Choose")),
            *((value, capfirst(label)) for value, label in SourceKind.choices),
        ]
        self.fields["zone"].choices = [("", _NO_ZONE), *((code, zone.name) for code, zone in self.zones.items())]

    @staticmethod
    def said(source: RecruitmentSource) -> dict[str, Any]:
        """What the form says of a source."""
        names = ("name", "kind", "begins_on", "ends_on", "is_active", "version")
        return {name: getattr(source, name) for name in names} | {"zone": source.zone.code if source.zone else ""}

    def _day(self, name: str) -> date | None:
        day = self.cleaned_data[name]
        if day and not 2000 <= day.year < 2200:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day

    def clean_begins_on(self) -> date | None:
        return self._day("begins_on")

    def clean_ends_on(self) -> date | None:
        return self._day("ends_on")

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        begins, ends = said.get("begins_on"), said.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("It cannot end before it begins."))
        return said

    @property
    def chosen(self) -> dict[str, Any]:
        """What the services take."""
        said = self.cleaned_data
        kept = {name: said[name] for name in ("name", "kind", "begins_on", "ends_on", "is_active")}
        return kept | {"zone": self.zones.get(said["zone"])}


class CameByForm(VersionForm):
    """By which source somebody came."""

    came_by = forms.ChoiceField(label=_("Recruitment source"), required=False)

    def __init__(self, *args: Any, sources: Iterable[RecruitmentSource], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.sources = {source.code: source for source in sources}
        self.fields["came_by"].choices = choices_of(self.sources.values())

    @property
    def chosen(self) -> RecruitmentSource | None:
        """The source, or None where nobody knows."""
        return self.sources.get(self.cleaned_data["came_by"])


def choices_of(sources: Iterable[RecruitmentSource]) -> list[tuple[str, Any]]:
    """The sources to choose among; nobody has to know."""
    return [("", _("Not known")), *((source.code, source.name) for source in sources)]

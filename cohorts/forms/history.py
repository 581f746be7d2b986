"""Which part of the convention's history is shown."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.models import Milestone, Zone


class HistoryFilters(forms.Form):
    """A milestone that recruits, and a zone or all of them."""

    jalon = forms.ChoiceField(label=_("Milestone"), required=False)
    zone = forms.ChoiceField(label=_("Zone"), required=False)

    def __init__(self, *args: Any, milestones: Iterable[Milestone], zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.milestones = {str(milestone.order): milestone for milestone in milestones}
        self.zones = {zone.code: zone for zone in zones}
        self.fields["jalon"].choices = [(order, one.short_title) for order, one in self.milestones.items()]
        self.fields["zone"].choices = [("", _("All zones")), *((code, zone.name) for code, zone in self.zones.items())]

    def chosen(self) -> tuple[Milestone | None, Zone | None]:
        """What the address asks for; what it does not know is left aside, and the first milestone stands for none."""
        self.is_valid()
        first = next(iter(self.milestones.values()), None)
        said = self.cleaned_data
        return self.milestones.get(said.get("jalon", ""), first), self.zones.get(said.get("zone", ""))

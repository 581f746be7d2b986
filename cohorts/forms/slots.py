"""What a recruiter fills in to open slots, alone or in a series, and to change one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock
from partnership.fields import LineField
from partnership.models import User, Zone

from .. import policies
from ..handover import recruiters_of
from ..models import Cohort, Slot
from ..services import moments
from ..states import SlotKind

MOST_PLACES = 2_000
LONGEST_MINUTES = 12 * 60
# A series is read before it is opened: more than this nobody reads.
MOST_SLOTS = 400


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, capfirst(kind.label)) for kind in SlotKind]


def _weekdays() -> list[tuple[int, str]]:
    return [(number, capfirst(name)) for number, name in WEEKDAYS.items()]


def _day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


def _within_a_year(day: date) -> date:
    if not clock.today() <= day <= clock.today() + timedelta(days=366):
        raise forms.ValidationError(_("Choose a day between today and a year from now."))
    return day


class _CohortField(forms.ModelChoiceField):
    def label_from_instance(self, cohort: Cohort) -> str:
        return f"{cohort.intake.programme.short_title}, {cohort.zone}, {cohort.intake.starts_on:%m/%Y}"


class _HolderField(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        return user.full_name


class PlaceForm(forms.Form):
    """Where a slot is held, by whom, and for how many."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Length, in minutes"), min_value=5, max_value=LONGEST_MINUTES, initial=30
    )
    place = LineField(
        label=gettext_lazy("Place"),
        max_length=160,
        help_text=gettext_lazy("An address and a room, or “by telephone”: the letter says it."),
        error_messages={"required": gettext_lazy("Say where people are expected.")},
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        min_value=1,
        max_value=MOST_PLACES,
        initial=1,
        help_text=gettext_lazy("1 for an interview, the chairs of the room for a meeting."),
    )
    held_by = _HolderField(label=gettext_lazy("Held by"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["held_by"].queryset = User.objects.filter(pk__in=self._holders()).order_by("full_name")
        self.fields["held_by"].initial = user

    def _holders(self) -> set[Any]:
        found = {self.user.pk}
        for zone in {cohort.zone_id for cohort in policies.cohorts_run_by(self.user)}:
            found |= set(recruiters_of(zone).values_list("pk", flat=True))
        return found


class _OpeningForm(PlaceForm):
    """Of which course and kind the slots are."""

    cohort = _CohortField(label=gettext_lazy("Course and zone"), queryset=Cohort.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=_kinds)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["cohort"].queryset = policies.cohorts_run_by(user)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        holder, cohort = said.get("held_by"), said.get("cohort")
        if holder and cohort and not recruiters_of(cohort.zone_id).filter(pk=holder.pk).exists():
            self.add_error("held_by", _("This person does not recruit in that zone."))
        return said


class SlotForm(_OpeningForm):
    """One slot."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=_day_input(),
        error_messages={"required": gettext_lazy("Choose the day.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=_time_input(),
        error_messages={"required": gettext_lazy("Choose the time.")},
    )
    field_order = ["cohort", "kind", "day", "time", "minutes", "capacity", "place", "held_by"]

    def clean_day(self) -> date:
        return _within_a_year(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        return _with_a_moment(self, super().clean())


def _with_a_moment(form: forms.Form, said: dict[str, Any]) -> dict[str, Any]:
    if "day" in said and "time" in said:
        said["starts_at"] = datetime.combine(said["day"], said["time"], clock.PARIS)
        if said["starts_at"] <= clock.now():
            form.add_error("time", _("This time is already past."))
    return said


class SlotEditForm(PlaceForm):
    """Another day, hour or place for a slot, or another number of places."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=_day_input())
    time = forms.TimeField(label=gettext_lazy("Time"), widget=_time_input())
    field_order = ["day", "time", "minutes", "capacity", "place", "held_by"]

    def __init__(self, *args: Any, user: User, slot: Slot, **kwargs: Any):
        local = slot.starts_at.astimezone(clock.PARIS)
        now = {name: getattr(slot, name) for name in ("minutes", "place", "capacity", "held_by")}
        now |= {"day": local.date(), "time": local.time()}
        self.slot = slot
        super().__init__(*args, user=user, initial=now, **kwargs)
        self.fields["held_by"].initial = slot.held_by_id

    def _holders(self) -> set[Any]:
        return {self.slot.held_by_id, *recruiters_of(self.slot.cohort.zone_id).values_list("pk", flat=True)}

    def clean_day(self) -> date:
        return _within_a_year(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        return _with_a_moment(self, super().clean())

    def changes(self) -> dict[str, Any]:
        """What the slot becomes."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "minutes", "place", "capacity", "held_by")}


class SeriesForm(_OpeningForm):
    """Slots one after the other, on some days of the week, public holidays left out."""

    first = forms.DateField(
        label=gettext_lazy("From"),
        widget=_day_input(),
        error_messages={"required": gettext_lazy("Choose the first day.")},
    )
    last = forms.DateField(
        label=gettext_lazy("Until"),
        widget=_day_input(),
        error_messages={"required": gettext_lazy("Choose the last day.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        choices=_weekdays,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Public holidays are left out."),
        error_messages={"required": gettext_lazy("Choose at least one day of the week.")},
    )
    start = forms.TimeField(
        label=gettext_lazy("First slot at"),
        widget=_time_input(),
        error_messages={"required": gettext_lazy("Choose when the first slot begins.")},
    )
    end = forms.TimeField(
        label=gettext_lazy("All over at"),
        widget=_time_input(),
        error_messages={"required": gettext_lazy("Choose when the last slot is over.")},
    )
    pause = forms.IntegerField(
        label=gettext_lazy("Pause after each, in minutes"), min_value=0, max_value=240, initial=0
    )
    field_order = [
        "cohort",
        "kind",
        "first",
        "last",
        "weekdays",
        "start",
        "end",
        "minutes",
        "pause",
        "capacity",
        "place",
        "held_by",
    ]

    def clean_first(self) -> date:
        return _within_a_year(self.cleaned_data["first"])

    def clean_last(self) -> date:
        return _within_a_year(self.cleaned_data["last"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", _("The last day comes before the first."))
        if said.get("start") and said.get("end") and said["end"] <= said["start"]:
            self.add_error("end", _("The end comes before the beginning."))
        if not self.errors:
            self._count(said)
        return said

    def _count(self, said: dict[str, Any]) -> None:
        names = ("first", "last", "weekdays", "start", "end", "minutes", "pause")
        starts, self.left_out = moments(**{name: said[name] for name in names})
        now = clock.now()
        said["starts"] = [moment for moment in starts if moment > now]
        if not said["starts"]:
            self.add_error(None, _("No slot fits in: look at the days and hours."))
        elif len(said["starts"]) > MOST_SLOTS:
            words = _("That would be %(n)s slots: open at most %(most)s at once.")
            self.add_error(None, words % {"n": len(said["starts"]), "most": MOST_SLOTS})

    def told(self) -> dict[str, Any]:
        """What every slot of the series is."""
        return {name: self.cleaned_data[name] for name in ("kind", "minutes", "place", "capacity", "held_by")}


class SlotFilters(forms.Form):
    """The filters of the list, from the address: what is not one of the choices is ignored, and told."""

    du = forms.DateField(label=gettext_lazy("From"), required=False, widget=_day_input())
    nature = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    zone = forms.ChoiceField(label=gettext_lazy("Zone"), required=False)

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, auto_id="f_%s", **kwargs)
        self.fields["nature"].choices = [("", _("All kinds")), *_kinds()]
        self.fields["zone"].choices = [("", _("All zones")), *((zone.code, zone.name) for zone in zones)]

    def clean_du(self) -> date | None:
        day = self.cleaned_data["du"]
        # Neither the first days of the calendar nor its last: there is nothing before them or after.
        if day and not 2000 <= day.year < 2200:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day

    def kept(self) -> dict[str, Any]:
        """The filters that mean something."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

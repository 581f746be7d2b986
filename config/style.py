"""What the style page shows: every component in every state, with invented people. Development only."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from cohorts.states import ApplicationState
from partnership import clock
from partnership.fields import AddressField, NameField, PhoneField, ProseField
from partnership.papers import PaperField
from partnership.states import MessageState, MilestoneStatus
from placements.states import PlacementState
from programmes.states import CurriculumState


class ExampleForm(forms.Form):
    """One field of every kind."""

    name = NameField(
        max_length=60,
        label=_("Last name"),
        initial="Escoffray",
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = AddressField(label=_("E-mail"), help_text=_("To receive the link with which you resume later."))
    phone = PhoneField(label=_("Telephone"), max_length=30)
    places = forms.IntegerField(label=_("Places"), required=False, min_value=0)
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput({"type": "date"}))
    zone = forms.ChoiceField(label=_("Zone"), choices=[("", _("All")), ("lyon", "Lyon")], required=False)
    note = ProseField(label=_("Note"), required=False, max_length=300, widget=forms.Textarea({"rows": 3}))
    file = PaperField(label=_("CV"), required=False)
    level = forms.ChoiceField(
        label=_("Diploma"), choices=[("4", _("Level 4")), ("3", _("Level 3"))], widget=forms.RadioSelect
    )
    evenings = forms.MultipleChoiceField(
        label=_("Availability"),
        choices=[("evening", _("Evenings")), ("saturday", _("Saturdays"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    consent = forms.BooleanField(label=_("I accept reminders by SMS."), required=False)
    heard = forms.BooleanField(label=_("I have read the notice."), help_text=_("It says who reads your answers."))


def examples() -> dict[str, Any]:
    """The context of style.html."""
    now = clock.now()
    return {
        "failures": list(ERRORS),
        "swatches": [
            ("paper", "#fbfaf7", _("paper")),
            ("surface", "#ffffff", _("surface")),
            ("sunk", "#f4f1ea", _("sunk")),
            ("line", "#d5d0c5", _("rule")),
            ("control", "#767065", _("border")),
            ("ink", "#1b2430", _("ink")),
            ("muted", "#565c66", _("muted")),
            ("accent", "#173f6b", _("accent, placed")),
            ("young", "#6688ad", _("young person without a place")),
            ("done", "#1f6b45", _("done")),
            ("risk", "#8a5a00", _("at risk")),
            ("late", "#a8321f", _("late, refused")),
        ],
        "bars": [
            (
                _("Recruitment is short"),
                _bars(31, 24, 12, 64, 26, forecast=(48, 41, 55)),
                _("33 young people, 2 places"),
            ),
            (_("Hosts are short"), _bars(40, 16, 9, 44, 30), _("14 places, 4 young people")),
            (_("Zero"), _bars(0, 0, 0, 16, 12), _("16 young people, 12 places")),
            (_("Beyond the objective"), _bars(58, 34, 30, 50, 28), _("met")),
            (_("No objective"), _bars(22, 12, 8), _("no objective")),
            (_("Not applicable"), _bars(9, None, 0, 15), _("6 people")),
        ],
        "states": [
            (_("Applications"), ApplicationState),
            (_("Course contents"), CurriculumState),
            (_("Placements"), PlacementState),
            (_("Letters"), MessageState),
        ],
        "milestone_states": list(MilestoneStatus),
        "address": settings.PUBLIC_URL,
        "plain_form": ExampleForm(auto_id="plain_%s"),
        "wrong_form": ExampleForm({"name": "Escoffray", "email": "manon.example.org"}, auto_id="wrong_%s"),
        "chips": [
            {"label": _("Stage"), "value": _("in progress"), "url": "?"},
            {"label": _("Zone"), "value": "Lyon", "url": "?"},
        ],
        "steps": [_("You"), _("Your plan"), _("Check")],
        "page": Paginator(range(143), 20).page(2),
        "answers": [
            {"label": _("Last name"), "value": "Escoffray", "url": "#contenu"},
            {"label": _("CV"), "value": "", "url": "#contenu"},
        ],
        "due_actions": [
            {"label": _("Admit"), "url": "#contenu", "primary": True, "get": True},
            {"label": _("Waiting list"), "url": "#contenu", "get": True},
            {"label": _("Reject…"), "url": "#contenu", "danger": True, "get": True},
        ],
        "head_actions": [{"label": _("Calendar"), "url": "#contenu", "icon": "calendar"}],
        "days": [
            {
                "day": now.date(),
                "entries": [
                    {
                        "shape": "octagon",
                        "meaning": "late",
                        "text": _("Decision overdue"),
                        "who": _("automatic"),
                        "at": now,
                    },
                    {
                        "shape": "letter",
                        "text": _("E-mail “Your interview is tomorrow”"),
                        "url": "#contenu",
                        "link": _("read"),
                        "who": "",
                        "at": now,
                    },
                ],
            },
            {
                "day": now.date() - timedelta(days=1),
                "entries": [
                    {"before": _("Interview scheduled"), "after": _("Interviewed"), "who": "Claire Devaux", "at": now}
                ],
            },
        ],
        "until": now + timedelta(minutes=10),
    }


def _bars(
    young: int,
    seats: int | None,
    linked: int,
    young_target: int | None = None,
    seats_target: int | None = None,
    forecast: tuple[int, int, int] | None = None,
) -> dict[str, Any]:
    return {
        "young": young,
        "seats": seats,
        "linked": linked,
        "young_target": young_target,
        "seats_target": seats_target,
        "forecast": forecast,
    }


# The pages of failures, each with what it is told when it happens.
ERRORS: dict[int, dict[str, Any]] = {
    400: {},
    403: {},
    404: {},
    409: {"thing": "CV-26-0042", "state": ApplicationState.ADMITTED.label, "back": "/fr/style/"},
    413: {"limit": settings.REQUEST_LIMIT_BYTES, "back": "/fr/style/"},
    422: {"reason": _("Every place of this cohort is already offered."), "back": "/fr/style/"},
    429: {"retry_after": 600, "back": "/fr/style/"},
    500: {},
    503: {"retry_after": 10},
}

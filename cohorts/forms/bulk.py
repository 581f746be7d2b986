"""What is asked before something is done to many files: which, what, and what the letters say."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField, ProseField
from partnership.models import User

from ..bulk import ACTIONS, ANSWERS
from ..handover import colleagues_of
from ..models import Application, ApplicationQuerySet, Bulk
from ..states import ApplicationState
from .papers import ManyAskForm
from .recruit import ReasonForm

_LONGEST = 4_000


def _words(**said: Any) -> ProseField:
    return ProseField(max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 5}), **said)


class ChoiceForm(forms.Form):
    """Which files of the list, and what for: those that are ticked, or all that its filters show."""

    action = forms.ChoiceField(error_messages={"required": _("Choose what is to be done.")})
    who = forms.ChoiceField(choices=[("ticked", ""), ("all", "")])
    file = forms.ModelMultipleChoiceField(Application.objects.none(), required=False)

    def __init__(self, *args: Any, files: ApplicationQuerySet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [(action.key, action.label) for action in ACTIONS.values()]
        self.fields["file"].queryset = files


class WordsForm(forms.Form):
    """What an invitation says besides its own words."""

    words = _words(
        label=_("A word of yours"),
        required=False,
        help_text=_("It stands in each letter, above the link."),
    )


class AnswersForm(WordsForm):
    """Which answers are asked for again."""

    answers = forms.MultipleChoiceField(
        label=_("Which answers are missing?"),
        help_text=_("Each is only asked for what their own file lacks."),
        choices=[(name, label) for name, label in ANSWERS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one answer.")},
    )
    field_order = ["answers", "words"]


class LetterForm(forms.Form):
    """A letter in one's own words: its greeting, its link and its signature are added to it."""

    subject = LineField(
        label=_("Subject"), max_length=120, error_messages={"required": _("Say what the letter is about.")}
    )
    words = _words(
        label=_("Your letter"),
        help_text=_("The greeting, the personal link and the signature are added by themselves."),
        error_messages={"required": _("Write the letter.")},
    )


class OwnerForm(forms.Form):
    """Which of the `people` is to follow the files."""

    owner = forms.ChoiceField(
        label=_("Who is to follow them?"),
        help_text=_("One letter tells them of all the files."),
        error_messages={"required": _("Choose who is to follow them.")},
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("Choose")), *((str(one.pk), one.full_name) for one in people)]


# By the key of the action; one that is not here asks nothing.
FORMS: dict[str, Callable[..., forms.Form]] = {
    "invite": WordsForm,
    "invite_meeting": WordsForm,
    "ask": AnswersForm,
    "papers": ManyAskForm,
    "write": LetterForm,
    "reject": partial(ReasonForm, to=ApplicationState.REJECTED),
    "entrust": OwnerForm,
}


def form_of(bulk: Bulk, sent: Any = None) -> forms.Form:
    """What an action asks, with what was said before, or with what was sent."""
    kind = FORMS[bulk.action]
    given = {"people": colleagues_of(bulk.created_by)} if kind is OwnerForm else {}
    return kind(sent, **given) if sent is not None else kind(initial=bulk.said, **given)

"""The plain widgets, the labels and the errors are drawn as Django's own templates draw them."""

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from config.widgets import QuickWidgets

STRANGE = "\"><script>alert('é')</script> & «là»"
GROUPS = [("", "—"), ("Un", [(1, "a"), (2, STRANGE)]), (None, "rien"), (True, _("Yes")), (date(2027, 9, 1), "jour")]


def _flat(html: str) -> str:
    """Django's templates put lines between the lines of a menu, which mean nothing there."""
    return re.sub(r"\n\s*(?=<(?:/?select|/?opt))", "", html)


@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(),
        forms.NumberInput(attrs={"min": 0, "step": "any"}),
        forms.EmailInput(attrs={"required": True, "disabled": False, "aria-label": STRANGE}),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.DateInput(attrs={"type": "date"}),
        forms.Textarea(attrs={"rows": 3}),
        forms.Select(choices=GROUPS),
        forms.SelectMultiple(choices=GROUPS),
        forms.CheckboxInput(),
        forms.RadioSelect(choices=GROUPS),
    ],
    ids=lambda widget: type(widget).__name__,
)
@pytest.mark.parametrize("value", [None, "", 0, "2", STRANGE, mark_safe("déjà &amp; sûr"), ["1", "2"], 1234.5])
def test_a_widget_is_drawn_as_its_template_draws_it(widget, value):
    attrs = {"id": "id_champ", "data-mot": STRANGE}
    ours, theirs = (widget.render("champ", value, attrs, renderer()) for renderer in (QuickWidgets, TemplatesSetting))
    assert _flat(ours) == _flat(theirs)
    assert "<script>" not in ours


class _Form(forms.Form):
    required_css_class = "required"
    word = forms.CharField(label=STRANGE)
    safe = forms.CharField(label=mark_safe("<b>sûr</b>"), required=False)
    lazy = forms.CharField(label=_("Yes"))
    many = forms.MultipleChoiceField(choices=[(1, "a")], widget=forms.CheckboxSelectMultiple)


@pytest.mark.parametrize("auto_id", ["id_%s", ""])
@pytest.mark.parametrize("name", list(_Form.base_fields))
def test_a_label_and_its_errors_are_drawn_as_their_templates_draw_them(name, auto_id):
    drawn = []
    for renderer in (QuickWidgets, TemplatesSetting):
        form = _Form({}, auto_id=auto_id, renderer=renderer())
        form.add_error("word", [STRANGE, mark_safe("déjà &amp; sûr")])
        form.add_error(None, STRANGE)
        field = form[name]
        labels = [field.label_tag(), field.label_tag(attrs={"class": STRANGE, "hidden": True}), field.legend_tag()]
        drawn.append([*labels, str(field.errors), field.errors.as_ul(), str(form.non_field_errors())])
    assert drawn[0] == drawn[1]
    assert "<script>" not in "".join(drawn[0])

"""The fields of a form in our dress, and what is wrong with them."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    ModelChoiceField,
    MultiWidget,
    RadioSelect,
    Select,
)
from django.forms.boundfield import BoundWidget
from django.forms.widgets import ChoiceWidget, SelectDateWidget
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

PLAIN, SELECT, AREA = "input", "select", "textarea"


def _css_of(widget: Any) -> str:
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return "box"
    if isinstance(widget, Select | SelectDateWidget):
        return SELECT
    if isinstance(widget, FileInput):
        return "file"
    return AREA if widget.__class__.__name__.endswith("Textarea") else PLAIN


def _with_class(attrs: dict[str, Any], css: str) -> dict[str, Any]:
    return {"class": f"{css} {attrs.get('class', '')}".strip()}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render a field's own widget in our dress; Django adds aria-invalid and aria-describedby."""
    widget = field.field.widget
    # allauth writes examples inside its fields, where they vanish as one types; a label and a hint stay.
    widget.attrs.pop("placeholder", None)
    if isinstance(widget, MultiWidget):
        for part in widget.widgets:
            part.attrs.update(_with_class(part.attrs, _css_of(part)))
        return field.as_widget()
    attrs = _with_class(widget.attrs, _css_of(widget))
    return field.as_widget(attrs=attrs)


@register.simple_tag
def option_control(option: BoundWidget) -> SafeString:
    """Render one radio button or tick box of a group; its fieldset carries the hint and the error."""
    attrs = option.data["attrs"]
    attrs.pop("aria-describedby", None)
    attrs.pop("aria-invalid", None)
    attrs.update(_with_class(attrs, "box"))
    return option.tag()


@register.filter
def kind(field: BoundField) -> str:
    """Tell the form templates how a field is laid out: hidden, checkbox, options, group or plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if isinstance(widget, ChoiceWidget) and not isinstance(widget, Select):
        return "options"
    return "group" if field.use_fieldset else "plain"


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether a field may be left: not where a menu always has one of its lines chosen."""
    if field.field.required or not isinstance(field.field.widget, Select) or isinstance(field.field, ModelChoiceField):
        return not field.field.required
    return field.field.widget.allow_multiple_selected or any(not value for value, _label in field.field.choices)


@register.filter
def anchor(field: BoundField) -> str:
    """Return the id that an error summary links to: the first thing in the field that takes the focus."""
    if isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple | MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.simple_tag
def form_problems(*forms: Any) -> list[tuple[str, str, str]]:
    """List (anchor, label, message) for every error of the forms, in the order of the page."""
    problems = []
    for form in _flat(forms):
        if hasattr(form, "non_field_errors"):
            problems += [("form-errors", "", str(message)) for message in form.non_field_errors()]
            for field in form:
                target = "form-errors" if field.is_hidden else anchor(field)
                problems += [(target, str(field.label), str(message)) for message in field.errors]
        elif hasattr(form, "non_form_errors"):
            problems += [("form-errors", "", str(message)) for message in form.non_form_errors()]
    return problems


def _flat(forms: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for form in forms:
        if hasattr(form, "forms"):
            found += [form, *form.forms]
        elif form:
            found.append(form)
    return found


@register.simple_tag(takes_context=True)
def csrf_field(context: template.Context) -> SafeString:
    """Write the hidden token of a POST form, inside a component included with `only` as well."""
    request = context.request
    # A board has fifty forms, and the token is masked anew at each call: once a page is what Django's own tag does.
    if not hasattr(request, "csrf_input"):
        request.csrf_input = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
        )
    return request.csrf_input

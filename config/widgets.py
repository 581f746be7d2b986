"""The widgets, labels and errors of every form as Django draws them, the plain ones without a template each.

An administrator's page holds a hundred and more: their templates were half of what it costs.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = dict[str, Any]


def _said(value: Any) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _attrs(attrs: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_said(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_said(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_said(widget["name"])}"{value}{_attrs(widget["attrs"])}>'


def _area(widget: Widget) -> str:
    value = _said(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_said(widget["name"])}"{_attrs(widget["attrs"])}>\n{value}</textarea>'


def _menu(widget: Widget) -> str:
    lines = []
    for group, options, _place in widget["optgroups"]:
        drawn = "".join(
            f'<option value="{_said(line["value"])}"{_attrs(line["attrs"])}>{_said(line["label"])}</option>'
            for line in options
        )
        lines.append(f'<optgroup label="{_said(group)}">{drawn}</optgroup>' if group else drawn)
    return f'<select name="{_said(widget["name"])}"{_attrs(widget["attrs"])}>{"".join(lines)}</select>'


def _label(context: dict[str, Any]) -> str:
    label, tag = _said(context["label"]), context["tag"]
    return f"<{tag}{_attrs(context['attrs'] or {})}>{label}</{tag}>" if context["use_tag"] else label


def _errors(context: dict[str, Any]) -> str:
    errors = context["errors"]
    if not errors:
        return ""
    key = f' id="{_said(errors.field_id)}_error"' if errors.field_id else ""
    lines = "".join(f"<li>{_said(error)}</li>" for error in errors)
    return f'<ul class="{_said(context["error_class"])}"{key}>{lines}</ul>'


_PLAIN = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "tel", "search", "input")
_WIDGETS: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in _PLAIN},
    "django/forms/widgets/textarea.html": _area,
    "django/forms/widgets/select.html": _menu,
}
_AROUND: dict[str, Callable[[dict[str, Any]], str]] = {
    "django/forms/label.html": _label,
    "django/forms/errors/list/default.html": _errors,
    "django/forms/errors/list/ul.html": _errors,
}


class QuickWidgets(TemplatesSetting):
    """Django's renderer; what has a template of its own, or of ours, is drawn by it."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        if draw := _WIDGETS.get(template_name):
            drawn = draw(context["widget"])
        elif draw_around := _AROUND.get(template_name):
            drawn = draw_around(context)
        else:
            return super().render(template_name, context, request)
        return mark_safe(drawn)  # noqa: S308 # nosec B308 B703 (escaped piece by piece)

"""The widgets of every form as Django draws them, the plain ones without a template each.

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


def _attrs(widget: Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_said(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_said(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_said(widget["name"])}"{value}{_attrs(widget)}>'


def _area(widget: Widget) -> str:
    value = _said(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_said(widget["name"])}"{_attrs(widget)}>\n{value}</textarea>'


def _menu(widget: Widget) -> str:
    lines = []
    for group, options, _place in widget["optgroups"]:
        drawn = "".join(
            f'<option value="{_said(line["value"])}"{_attrs(line)}>{_said(line["label"])}</option>' for line in options
        )
        lines.append(f'<optgroup label="{_said(group)}">{drawn}</optgroup>' if group else drawn)
    return f'<select name="{_said(widget["name"])}"{_attrs(widget)}>{"".join(lines)}</select>'


_PLAIN = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "tel", "search", "input")
_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in _PLAIN},
    "django/forms/widgets/textarea.html": _area,
    "django/forms/widgets/select.html": _menu,
}


class QuickWidgets(TemplatesSetting):
    """Django's renderer; what has a template of its own, or of ours, is drawn by it."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        if draw := _DRAWN.get(template_name):
            return mark_safe(draw(context["widget"]))  # noqa: S308 # nosec B308 B703 (escaped piece by piece)
        return super().render(template_name, context, request)

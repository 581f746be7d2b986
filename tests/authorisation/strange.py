"""What nobody would think of typing: a strategy for each kind of field, for whole forms and for whole addresses."""

import os
from typing import Any

from django import forms
from django.http import QueryDict
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from .. import runs

# On demand, as many examples an item as are wanted: EXAMPLES=2000, hours of them.
WANTED = int(os.environ.get("EXAMPLES", "0"))
# What has broken programs before, beside whatever Hypothesis makes up.
KNOWN = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "2147483648",
    "99999999999999999999999999",
    "1e308",
    "NaN",
    "²",
    "٣",
    "True",
    "None",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "99:99",
    "' OR 1=1 --",
    "%(n)s %s {0} {{ 7*7 }} {% now %}",
    "<script>alert('x')</script>",
    "=HYPERLINK(1)",
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "\u202eabc\u200b\ufeff",
    "a\0b",
    "\ud800",
    "🪑👩\u200d👧",
    "a" + "\u0301" * 40,
    "x" * 30_000,
]
ANYTHING = st.sampled_from(KNOWN) | st.text(st.characters(), max_size=40) | st.integers().map(str)
SENDABLE = ANYTHING.filter(lambda text: "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))


def often(examples: int = 50) -> settings:
    """How many examples an item has in the long run, a tenth of them in the quick one; or as many as are wanted."""
    return settings(
        max_examples=WANTED or (examples if runs.IS_LONG else -(-examples // 10)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def likely(field: forms.Field) -> st.SearchStrategy[str]:
    """What a person may well answer to a field."""
    match field:
        case forms.ModelChoiceField():
            keys = [str(thing.pk) for thing in field.queryset[:5]]
            return st.sampled_from(["", *keys])
        case forms.ChoiceField():
            flat = [str(key) for key, _label in _flat(field.choices)]
            return st.sampled_from(["", *flat])
        case forms.BooleanField():
            return st.sampled_from(["", "on", "true", "False"])
        case forms.IntegerField():
            return st.integers(-5, 3_000).map(str)
        case forms.DateField():
            return st.dates().map(str)
        case forms.TimeField():
            return st.times().map(str)
        case forms.DateTimeField():
            return st.datetimes().map(str)
        case forms.UUIDField():
            return st.uuids().map(str)
        case forms.EmailField():
            return st.emails()
    if field.widget.attrs.get("type") == "tel":
        return st.from_regex(r"\+?[0-9 .()/-]{6,20}", fullmatch=True)
    return st.sampled_from(["69100", "Élodie d’Aubigné", "732 829 320 00074", "fr, en", "Un mot.\r\nUn autre."])


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(key, label)]
    return found


def names(form: forms.BaseForm) -> dict[str, forms.Field]:
    """The names under which the answers of a form are sent."""
    found = {}
    for name, field in form.fields.items():
        sent = form.add_prefix(name)
        if isinstance(field.widget, forms.MultiWidget):
            found |= {f"{sent}{suffix}": field for suffix in field.widget.widgets_names}
        else:
            found[sent] = field
    return found


@st.composite
def answers(draw: Any, asked: dict[str, forms.Field], right: dict[str, Any], any_text: st.SearchStrategy) -> QueryDict:
    """A form sent back: right but for some fields, or strange in all of them; some left out, some said twice."""
    sent = QueryDict(mutable=True)
    strange = set(asked) if draw(st.booleans()) else draw(st.sets(st.sampled_from(sorted(asked)), max_size=3))
    for name, field in asked.items():
        if name not in strange and name in right:
            values = right[name] if isinstance(right[name], list) else [right[name]]
        else:
            values = draw(st.lists(likely(field) | any_text, max_size=2))
        if values:
            sent.setlist(name, ["" if value is None else str(value) for value in values])
    return sent

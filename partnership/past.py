"""What was true of a thing at a moment that is past, as the journal tells it: no row remembers, its lines do.

Each of these is an expression about the row of an outer query, which `key` names by one of its fields. Lines follow
each other as they were written: a clock may have been put back.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.base import ModelBase
from django.db.models.functions import Cast, Concat

from .models import JournalEntry


def lines(model: ModelBase, words: Iterable[str], *, key: str = "pk") -> QuerySet[JournalEntry]:
    """The lines about a thing in which one of these words was said of it."""
    subject = Concat(Value(f"{model._meta.label_lower}:"), Cast(OuterRef(key), TextField()))
    return JournalEntry.objects.filter(subject=subject, after__in=[*words])


def said(model: ModelBase, words: Iterable[str], at: datetime, *, key: str = "pk", field: str = "after") -> Subquery:
    """The last of these words that was said of a thing up to a moment, or another field of that line."""
    told = lines(model, words, key=key).filter(at__lte=at).order_by("-pk")
    return Subquery(told.values(field)[:1])


def was_said(model: ModelBase, words: Iterable[str], at: datetime, *, key: str = "pk") -> Exists:
    """Whether one of these words had been said of a thing by a moment."""
    return Exists(lines(model, words, key=key).filter(at__lte=at))


def former(model: ModelBase, at: datetime, *, deed: str = "edited", key: str = "pk") -> Subquery:
    """What the field that a deed changes said at a moment; nothing where it has not changed since."""
    since = lines(model, [deed], key=key).filter(at__gt=at).exclude(before="").order_by("pk")
    return Subquery(since.values("before")[:1])

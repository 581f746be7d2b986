"""Views of the list: kept, renamed, shared, taken away."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from partnership import clock, workflow
from partnership.models import User

from ..models import SavedView

_REFUSALS = {"one_view_of_a_name_each": gettext_lazy("You already have a view of this name.")}


@transaction.atomic
def save_view(*, name: str, query: str, is_shared: bool, by: User) -> SavedView:
    """Keep a view of the list; Refused if one has another of this name."""
    with workflow.refusing(_REFUSALS):
        view = SavedView.objects.create(name=name, query=query, is_shared=is_shared, made_at=clock.now(), made_by=by)
    workflow.record(view, "created", by=by)
    return view


@transaction.atomic
def change_view(view: SavedView, *, name: str, is_shared: bool, by: User) -> None:
    """Rename a view, share it or keep it for oneself; Refused if its maker has another of this name."""
    with workflow.refusing(_REFUSALS):
        workflow.edit(view, by=by, name=name, is_shared=is_shared)


@transaction.atomic
def remove_view(view: SavedView, *, by: User) -> None:
    """Take a view away; what it showed stays."""
    workflow.record(view, "removed", by=by)
    view.delete()

"""Modules: added, written, moved and removed while their author holds the version."""

from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from partnership.models import User
from partnership.workflow import Refused, Stale, edit, record

from ..models import Curriculum, Module
from .holding import hold_to_write, refresh
from .standings import is_replied, standing_of


@transaction.atomic
def add_module(curriculum: Curriculum, *, by: User, **texts: Any) -> Module:
    """Add a module at the end of a version its author holds."""
    hold_to_write(curriculum)
    last = curriculum.modules.aggregate(last=Max("order"))["last"] or 0
    module = Module.objects.create(curriculum=curriculum, order=last + 1, **texts)
    record(module, "added", by=by)
    return module


@transaction.atomic
def edit_module(module: Module, *, version: int, by: User, **texts: Any) -> Module:
    """Write a module's texts; Stale if somebody else has written in it since `version`."""
    hold_to_write(module.curriculum)
    refresh(module)
    if module.version != version:
        raise Stale(module)
    changes = {name: value for name, value in texts.items() if getattr(module, name) != value}
    if changes:
        edit(module, by=by, version=version, **changes)
    return module


@transaction.atomic
def remove_module(module: Module, *, by: User) -> None:
    """Take a module out of a version its author holds; Refused while a request on it has no word of its authors.

    The journal keeps its title.
    """
    hold_to_write(module.curriculum)
    refresh(module)
    line = standing_of(module)
    if any(not is_replied(request) for request in line.requests):
        raise Refused(_("A request on this module has no reply yet: reply in its thread, then remove the module."))
    record(module, "removed", by=by, reason=module.title)
    module.curriculum.modules.filter(order__gt=module.order).update(order=F("order") - 1)
    module.delete()


@transaction.atomic
def move_module(module: Module, *, up: bool, by: User) -> None:
    """Swap a module with the one before it, or after it; nothing happens at either end."""
    hold_to_write(module.curriculum)
    refresh(module)
    step = -1 if up else 1
    modules = module.curriculum.modules
    if not modules.filter(order=module.order + step).update(order=module.order):
        return
    modules.filter(pk=module.pk).update(order=module.order + step)
    record(module, "moved", by=by)
    module.refresh_from_db()

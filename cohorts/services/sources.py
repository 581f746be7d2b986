"""Sources of recruitment: opened, changed, set aside; and said of a file."""

import secrets
from datetime import date

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from partnership import clock, workflow
from partnership.models import User, Zone

from ..models import Application, RecruitmentSource, plain

_REFUSALS = {
    "a_source_has_a_name_of_its_own": gettext_lazy("There is already a source of this name."),
    "a_source_ends_after_it_begins": gettext_lazy("It cannot end before it begins."),
}
# No two that are taken for each other when they are read aloud or copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def open_source(
    *,
    name: str,
    kind: str,
    by: User,
    zone: Zone | None = None,
    begins_on: date | None = None,
    ends_on: date | None = None,
    is_active: bool = True,
) -> RecruitmentSource:
    """Open a source with a code for its links, which it keeps; Refused if the name is taken."""
    said = {"name": name, "kind": kind, "zone": zone, "begins_on": begins_on, "ends_on": ends_on}
    with workflow.refusing(_REFUSALS):
        source = RecruitmentSource.objects.create(
            code=_code_for(name), made_at=clock.now(), made_by=by, is_active=is_active, **said
        )
    workflow.record(source, "opened", by=by)
    return source


@transaction.atomic
def change_source(source: RecruitmentSource, *, by: User, version: int | None = None, **said: object) -> None:
    """Change what is said of a source; Refused if the name is taken, Stale if it has changed since."""
    with workflow.refusing(_REFUSALS):
        workflow.edit(source, by=by, version=version, **said)


@transaction.atomic
def set_source(
    application: Application, source: RecruitmentSource | None, *, by: User, version: int | None = None
) -> None:
    """Say by which source somebody came, or that nobody knows; Stale if the file has changed since."""
    workflow.edit(application, by=by, version=version, deed="source_set", recruitment_source=source)


def _code_for(name: str) -> str:
    """The name as an address shows it, and four letters that nobody guesses: two fairs may have the same name."""
    words = slugify(plain(name))[:30].strip("-_").replace("_", "-")
    return "-".join(filter(None, [words, "".join(secrets.choice(_LETTERS) for _ in range(4))]))

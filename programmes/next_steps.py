"""Contents that their reviewers were to have judged before today: whose move it is."""

from django.utils.translation import gettext as _

from partnership.measures import Census
from partnership.next_steps import Step

from . import measures


def late_contents(census: Census) -> list[Step]:
    """Each content of a convention that waits too long for the party that validates it."""
    if not census.once(measures.counts)[measures.CONTENTS_LATE.key]:
        return []
    late = measures.versions_behind(measures.CONTENTS_LATE.key, census.convention)
    related = late.select_related("programme__milestone", "programme__reviewer_party")
    return [
        Step(
            what=_("Judge the content of %(content)s") % {"content": content},
            owner=content.programme.reviewer_party.short_name,
            due_on=content.due_on,
            milestone=content.programme.milestone.order,
        )
        for content in related.order_by("submitted_at", "pk")
    ]

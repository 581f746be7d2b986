"""Contents that their reviewers were to have judged before today: whose move it is."""

from django.utils.translation import gettext as _

from partnership.models import Convention
from partnership.next_steps import Step

from .models import Curriculum


def late_contents(convention: Convention) -> list[Step]:
    """Each content of a convention that waits too long for the party that validates it."""
    late = Curriculum.objects.late().filter(programme__milestone__convention=convention)
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

"""What the board counts of the contents."""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from partnership import measures
from partnership.measures import Counts, Measure
from partnership.models import Convention, User

from .models import Programme
from .states import CurriculumState

CONTENTS = Measure(
    "contents",
    _("contents to validate"),
    _("Programmes of the milestone whose content must be validated; a chair has none."),
    "programmes:curriculum_list",
)
CONTENTS_VALIDATED = Measure(
    "contents_validated",
    _("contents validated"),
    _("Of these, the programmes that have a validated version of their content."),
    "programmes:curriculum_validated_list",
)


def counts(user: User, convention: Convention) -> Counts:
    """Contents by milestone, in no zone: the same for whoever may read the board."""
    rows = (
        Programme.objects.with_content()
        .filter(milestone__convention=convention)
        .order_by()
        .values("milestone")
        .annotate(
            contents=Count("pk", distinct=True),
            # One validated version a programme, by law: counting versions counts programmes.
            validated=Count("curricula", filter=Q(curricula__state=CurriculumState.VALIDATED)),
        )
    )
    figures: Counts = {CONTENTS.key: {}, CONTENTS_VALIDATED.key: {}}
    for row in rows:
        figures[CONTENTS.key][row["milestone"], None] = row["contents"]
        figures[CONTENTS_VALIDATED.key][row["milestone"], None] = row["validated"]
    return figures


def register() -> None:
    """Make the measures of contents known to the board."""
    measures.register(CONTENTS, CONTENTS_VALIDATED, counts=counts)

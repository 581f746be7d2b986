"""The figures of the board, by the keys of their measures, and the columns they stand in."""

from django.utils.translation import pgettext_lazy

YOUNG, PLACES, PLACED = "confirmed", "host_places", "placed"
CONTENTS, VALIDATED = "contents", "contents_validated"
# Who waits for a content to be validated, and which are not judged in time: said beside it, in no column.
WAITING, LATE = "waiting_for_content", "contents_late"
# The columns of the board, in the order of a young person's way; soft hyphens keep them narrow.
COLUMNS = {
    "contacts": pgettext_lazy("column", "Contacts"),
    "applied": pgettext_lazy("column", "Appli\u00adcations"),
    "admitted": pgettext_lazy("column", "Admitted"),
    YOUNG: pgettext_lazy("column", "Con\u00adfirmed"),
    "with_employer": pgettext_lazy("column", "With em\u00adployer"),
    PLACES: pgettext_lazy("column", "Places"),
    PLACED: pgettext_lazy("column", "Placed"),
    "present": pgettext_lazy("column", "Present"),
    "with_block": pgettext_lazy("column", "With a block"),
    "certified": pgettext_lazy("column", "Cer\u00adtified"),
}
# Shown where a milestone says that they apply, never for want of knowing.
ON_DEMAND = frozenset({"present", "with_block", "certified"})

# Those of a chair, which has no young people to place; a milestone has one kind of line or the other, or both.
ACTIVITIES, DELIVERED = "activities", "activities_delivered"
CHAIR_COLUMNS = {
    ACTIVITIES: pgettext_lazy("column", "Activities"),
    DELIVERED: pgettext_lazy("column", "Delivered"),
    "registrations": pgettext_lazy("column", "Registered"),
    "attendances": pgettext_lazy("column", "Came"),
}

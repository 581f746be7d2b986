"""Who may open what of the contents and of the chair: the lines of the table, as it explains them."""

from .rows import (
    ADMINISTRATION,
    AUTHORS,
    CHAIR,
    CONTENTS,
    COORDINATION,
    DESK,
    FORBIDDEN,
    MEMBERS,
    MISSING,
    OK,
    REGISTERS,
    REVIEWERS,
    WRONG,
    deed,
    form,
    page,
    row,
)
from .world import (
    ADMINISTRATOR,
    AUTHOR,
    REVIEWER,
    STRANGER,
)

# Who reads a version of either party, and does not choose who judges it.
_READERS = {AUTHOR: FORBIDDEN, REVIEWER: FORBIDDEN}
CONTENTS_OF_COURSES = [
    page("programmes:curriculum_list", CONTENTS, asks=("jalon",)),
    page("programmes:curriculum_validated_list", CONTENTS, asks=("jalon",)),
    deed("programmes:curriculum_create", AUTHORS, of="content to begin", unless={STRANGER: MISSING}),
    page("programmes:curriculum_read", AUTHORS | DESK, of="submitted content", refused=MISSING),
    page("programmes:curriculum_record", AUTHORS | DESK, of="submitted content", refused=MISSING),
    page("programmes:curriculum_submission", AUTHORS | DESK, of="submitted content", refused=MISSING),
    page("cohorts:version_list", CONTENTS, of="programme"),
    deed("programmes:curriculum_submit", AUTHORS, of="draft content", refused=MISSING, unless={ADMINISTRATOR: 403}),
    deed(
        "programmes:curriculum_withdraw",
        AUTHORS,
        of="submitted content",
        refused=MISSING,
        unless={REVIEWER: FORBIDDEN, ADMINISTRATOR: FORBIDDEN},
    ),
    form("programmes:module_add", AUTHORS, of="draft content", refused=MISSING, unless={ADMINISTRATOR: FORBIDDEN}),
    # administrators read drafts, reviewers do not
    form(
        "programmes:module_edit", AUTHORS, of="draft module", refused=MISSING, unless={ADMINISTRATOR: (OK, FORBIDDEN)}
    ),
    deed("programmes:module_remove", AUTHORS, of="draft module", refused=MISSING, unless={ADMINISTRATOR: FORBIDDEN}),
    deed("programmes:module_raise", AUTHORS, of="draft module", refused=MISSING, unless={ADMINISTRATOR: FORBIDDEN}),
    deed("programmes:module_lower", AUTHORS, of="draft module", refused=MISSING, unless={ADMINISTRATOR: FORBIDDEN}),
    # the coordinator of the party that validates chooses too: these coordinate the other one
    form("programmes:curriculum_assign", ADMINISTRATION, of="submitted content", refused=MISSING, unless=_READERS),
    row(
        "programmes:module_attach",
        AUTHORS,
        get=OK,
        post=WRONG,
        of="draft module",
        refused=MISSING,
        changes=False,
        unless={ADMINISTRATOR: FORBIDDEN},
    ),
    row("programmes:attachment_open", AUTHORS | ADMINISTRATION, get=OK, of="draft attachment", refused=MISSING),
    deed(
        "programmes:attachment_remove",
        AUTHORS,
        of="draft attachment",
        refused=MISSING,
        unless={ADMINISTRATOR: FORBIDDEN},
    ),
    # authors and reviewers talk; who asked settles
    form("programmes:request_reply", AUTHORS | REVIEWERS, of="request", refused=MISSING, unless={ADMINISTRATOR: 403}),
    deed(
        "programmes:request_settle",
        REVIEWERS,
        of="request",
        refused=MISSING,
        unless={AUTHOR: FORBIDDEN, ADMINISTRATOR: FORBIDDEN},
    ),
]

_UNKNOWN = {STRANGER: MISSING}
THE_CHAIR = [
    page("programmes:activity_list", MEMBERS, asks=("jalon", "mesure")),
    # numbers, states and dates: no name
    page("programmes:registration_register", REGISTERS, asks=("mesure", "jalon", "page")),
    form("programmes:activity_plan", COORDINATION | ADMINISTRATION, of="chair", unless=_UNKNOWN),
    page("programmes:activity_read", MEMBERS, of="open activity", refused=MISSING),
    form("programmes:activity_edit", CHAIR, of="open activity", unless=_UNKNOWN),
    deed("programmes:activity_open", CHAIR, of="planned activity", unless=_UNKNOWN),
    deed("programmes:activity_begin", CHAIR, of="open activity", unless=_UNKNOWN),
    form("programmes:activity_deliver", CHAIR, of="running activity", unless=_UNKNOWN),
    deed("programmes:activity_publish", CHAIR, of="delivered activity", unless=_UNKNOWN),
    form("programmes:activity_cancel", CHAIR, of="open activity", unless=_UNKNOWN),
    # people from outside: whoever sees to the activity, and nobody else
    page("programmes:activity_registrations", CHAIR, of="open activity", unless=_UNKNOWN),
    deed("programmes:activity_attend", CHAIR, of="activity today", unless=_UNKNOWN),
    deed("programmes:activity_give_up", CHAIR, of="open activity", unless=_UNKNOWN),
    page("programmes:activity_sheet", CHAIR, of="open activity", unless=_UNKNOWN),
    page("programmes:activity_contributions", CHAIR, of="open activity", unless=_UNKNOWN),
    deed("programmes:contribution_decide", CHAIR, of="contribution", refused=MISSING),
]

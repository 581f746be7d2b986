"""The pages of contents and of the chair, each with who reads it and what it needs."""

from partnership.states import Role

from .page import (
    MAIN_FORM,
    Page,
    activity,
    public_activity,
    slug,
)

CONTENTS = [
    Page("programmes:curriculum_list", Role.AUTHOR),
    Page("programmes:curriculum_validated_list", Role.AUTHOR),
    Page("programmes:curriculum_read", Role.AUTHOR, lambda world: [world.draft_curriculum.pk]),
    Page("programmes:curriculum_read", Role.AUTHOR, lambda world: [world.submitted_curriculum.pk], note="in review"),
    Page("cohorts:version_list", Role.AUTHOR, slug),
    Page("programmes:module_add", Role.AUTHOR, lambda world: [world.draft_curriculum.pk], forms=MAIN_FORM),
    Page(
        "programmes:module_edit",
        Role.AUTHOR,
        lambda world: [world.draft_curriculum.modules.first().pk],
        forms=("main form[method=post] >> nth=0",),
    ),
    Page(
        "programmes:module_attach",
        Role.AUTHOR,
        lambda world: [world.draft_curriculum.modules.first().pk],
        forms=MAIN_FORM,
    ),
    Page("programmes:request_reply", Role.REVIEWER, lambda world: [world.request.pk], forms=("main .form form",)),
    Page("programmes:curriculum_assign", Role.ADMINISTRATOR, lambda world: [world.submitted_curriculum.pk]),
    Page("admin:index", Role.REVIEWER, note="desk"),
    Page(
        "admin:programmes_curriculum_commission",
        Role.REVIEWER,
        lambda world: [world.submitted_curriculum.pk],
        forms=(".desk__main form",),
    ),
    Page(
        "admin:programmes_curriculum_interest",
        Role.REVIEWER,
        lambda world: [world.submitted_curriculum.pk],
        forms=(".desk__main form",),
    ),
    Page("admin:programmes_curriculum_review", Role.REVIEWER, lambda world: [world.submitted_curriculum.pk]),
    Page(
        "admin:programmes_module_review",
        Role.REVIEWER,
        lambda world: [world.submitted_curriculum.pk, world.submitted_curriculum.modules.last().pk],
        forms=(".decision form",),
    ),
]

_CHAIR = ["chaire-de-telemarketing"]
CHAIR = [
    Page("programmes:chair_agenda", args=lambda world: _CHAIR),
    *(
        Page("programmes:chair_activity", args=public_activity(title), note=note)
        for title, note in (("Groupe de travail", "open"), ("Lyon", "full"), ("Cahier", "call"), ("inaugural", "over"))
    ),
    Page("programmes:chair_register", args=public_activity("Groupe de travail"), forms=MAIN_FORM),
    Page("programmes:chair_register", args=public_activity("Lyon"), note="full"),
    Page("programmes:chair_register", args=public_activity("inaugural"), note="closed"),
    Page("programmes:chair_contribute", args=public_activity("Cahier"), forms=MAIN_FORM),
    Page("programmes:chair_contribute", args=public_activity("inaugural"), note="closed"),
    *(
        Page("programmes:guest_follow", args=lambda world, key=key: [world.tokens[key]], note=key)
        for key in ("comes", "waits", "proposes")
    ),
    Page("programmes:guest_follow", args=lambda world: ["inconnu"], status=404, note="unknown"),
    Page("programmes:guest_erase", args=lambda world: [world.tokens["comes"]], forms=MAIN_FORM),
    Page("programmes:activity_list", Role.COORDINATOR),
    Page("programmes:activity_list", Role.COORDINATOR, query="?mesure=activities_delivered&jalon=3", note="delivered"),
    Page("programmes:registration_register", Role.COORDINATOR),
    Page("programmes:registration_register", Role.COORDINATOR, query="?jalon=1", note="none"),
    Page("programmes:activity_plan", Role.COORDINATOR, lambda world: _CHAIR, forms=MAIN_FORM),
    Page("programmes:activity_read", Role.COORDINATOR, activity("Lyon")),
    Page("programmes:activity_read", Role.COORDINATOR, activity("Étude"), note="delivered"),
    Page("programmes:activity_read", Role.REVIEWER, activity("Lyon"), note="of whoever sees to none"),
    Page("programmes:activity_edit", Role.COORDINATOR, activity("Lyon")),
    Page("programmes:activity_edit", Role.COORDINATOR, activity("Étude"), note="delivered"),
    Page("programmes:activity_deliver", Role.COORDINATOR, activity("Baromètre"), forms=MAIN_FORM),
    Page("programmes:activity_cancel", Role.COORDINATOR, activity("Lyon"), forms=MAIN_FORM),
    Page("programmes:activity_registrations", Role.COORDINATOR, activity("Lyon")),
    Page("programmes:activity_registrations", Role.COORDINATOR, lambda world: [world.held_today.pk], note="its day"),
    Page("programmes:activity_registrations", Role.COORDINATOR, activity("Observatoire"), note="nobody"),
    Page("programmes:activity_sheet", Role.COORDINATOR, activity("Lyon")),
    Page(
        "programmes:activity_contributions",
        Role.COORDINATOR,
        activity("Cahier"),
        forms=("main section form >> nth=0",),
    ),
    Page("programmes:activity_contributions", Role.COORDINATOR, activity("Lyon"), note="none"),
]

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from . import (
            agenda,
            first_steps,
            invariants,
            jobs,
            links,
            pages,
            receivers,  # noqa: F401 (its receivers connect as it is read)
            reminders,
            retention,
            services,
        )
        from .pages import Page
        from .states import DATES, INVITATION, RESET, STOP

        links.register(links.Purpose(INVITATION, "partnership:invitation_accept", days=7))
        links.register(links.Purpose(RESET, "password_reset", days=1 / 24))
        links.register(links.Purpose(STOP, "partnership:letter_opt_out", days=400))
        links.register(links.Purpose(DATES, "partnership:agenda_feed", days=3 * 365))
        jobs.register(jobs.Kind("invariants_check", _("Check of the data"), services.check_invariants_step))
        reminders.register(*services.WEEKLY)
        agenda.register(agenda.of_the_convention)
        pages.register(
            Page("partnership:board", _("At a glance"), 0),
            Page("partnership:zone_map", _("Map"), 3),
            Page("partnership:agenda", _("Dates"), 4),
            Page("partnership:report", _("Report"), 5),
            Page("partnership:convention", _("Text"), 6),
        )
        first_steps.register_ours()
        invariants.register_ours()
        retention.register_ours()

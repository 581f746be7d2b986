from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership import agenda as dates
        from partnership import handover as belongings
        from partnership import links, next_steps, reminders, sweeps
        from partnership import personal_data as people

        from . import agenda, first_steps, handover, invariants, measures, personal_data, retention, services
        from .next_steps import late_contents
        from .states import GUEST

        measures.register()
        next_steps.register(late_contents)
        dates.register(agenda.of_the_chair)
        first_steps.register()
        invariants.register()
        reminders.register(*services.REMINDERS)
        sweeps.register("attachments", services.look_again)
        # A year of the chair is announced long before, and asked about after.
        links.register(links.Purpose(GUEST, "programmes:guest_follow", days=400))
        people.register(personal_data.HOLDER)
        retention.register()
        handover.register()
        belongings.register(services.READINGS)

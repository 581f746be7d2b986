from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership import handover as belongings
        from partnership import links, reminders, sweeps
        from partnership import personal_data as people

        from . import first_steps, handover, invariants, measures, personal_data, retention, services
        from .states import GUEST

        measures.register()
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

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership import reminders, sweeps

        from . import invariants, measures, services

        measures.register()
        invariants.register()
        reminders.register(*services.REMINDERS)
        sweeps.register("attachments", services.look_again_at_attachments)

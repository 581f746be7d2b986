from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from . import invariants, jobs, services

        jobs.register(jobs.Kind("invariants_check", _("Check of the data"), services.check_invariants_step))
        invariants.register_ours()

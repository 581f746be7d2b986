from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from . import invariants, links, receivers  # noqa: F401 (its receivers connect as it is read)
        from .states import INVITATION, RESET

        links.register(links.Purpose(INVITATION, "partnership:invitation_accept", days=7))
        links.register(links.Purpose(RESET, "password_reset", days=1 / 24))
        invariants.register_ours()

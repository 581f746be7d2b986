from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = _("Placements")

    def ready(self) -> None:
        from cohorts.states import FOLLOW
        from partnership import links, measures

        from . import measures as ours
        from . import receivers  # noqa: F401 (its receivers connect as it is read)
        from .states import ANSWER

        links.register(links.Purpose(FOLLOW, "placements:application_follow", days=400))
        links.register(links.Purpose(ANSWER, "placements:placement_answer", days=60))
        measures.register(*ours.MEASURES, counts=ours.counts)

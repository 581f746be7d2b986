from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = _("Placements")

    def ready(self) -> None:
        from partnership import links, measures

        from . import measures as ours
        from . import receivers  # noqa: F401 (its receivers connect as it is read)

        links.register(links.Purpose("follow", "placements:application_follow", days=400))
        links.register(links.Purpose("answer", "placements:placement_answer", days=60))
        measures.register(*ours.MEASURES, counts=ours.counts)

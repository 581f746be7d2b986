from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = _("Placements")

    def ready(self) -> None:
        from cohorts.states import ERASE, FOLLOW, TAKE
        from partnership import handover, links, measures, reminders
        from partnership import personal_data as people

        from . import handover as belongings
        from . import invariants, personal_data, receivers, services  # noqa: F401 (receivers connect as they are read)
        from . import measures as ours
        from .states import ANSWER, ROUND

        links.register(links.Purpose(FOLLOW, "placements:application_follow", days=400))
        links.register(links.Purpose(TAKE, "placements:data_take", days=1 / 24))
        links.register(links.Purpose(ERASE, "placements:data_erase", days=1 / 24))
        links.register(links.Purpose(ANSWER, "placements:placement_answer", days=60))
        links.register(links.Purpose(ROUND, "placements:lead_calendar", days=3 * 365))
        reminders.register(*services.CLOCKS)
        measures.register(*ours.MEASURES, counts=ours.counts)
        invariants.register()
        people.register(personal_data.HOLDER)
        handover.register(*belongings.BELONGINGS)

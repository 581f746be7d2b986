from collections.abc import Iterable

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = _("Placements")

    def ready(self) -> None:
        from cohorts.states import ERASE, FOLLOW, TAKE
        from partnership import handover, jobs, links, measures
        from partnership import personal_data as people

        from . import handover as belongings
        from . import invariants, personal_data, receivers, retention, services  # noqa: F401 (receivers connect as they are read)
        from . import measures as ours
        from .states import ANSWER

        links.register(links.Purpose(FOLLOW, "placements:application_follow", days=400))
        links.register(links.Purpose(TAKE, "placements:data_take", days=1 / 24))
        links.register(links.Purpose(ERASE, "placements:data_erase", days=1 / 24))
        links.register(links.Purpose(ANSWER, "placements:placement_answer", days=60))
        for key, label, step in (
            (services.KIND, _("Proposal"), services.proposal_step),
            (services.REPLAY, _("Proposal, computed again"), services.replay_step),
        ):
            jobs.register(
                jobs.Kind(
                    key,
                    label,
                    step,
                    page=lambda job: reverse("placements:proposal_detail", args=[job.parameters["run"]]),
                )
            )
        measures.register(*ours.MEASURES, counts=ours.counts)
        invariants.register()
        people.register(personal_data.HOLDER)
        retention.register()
        handover.register(*belongings.BELONGINGS)

    def load_reference(self) -> Iterable[str]:
        """Load what every installation needs here (the command of that name); what changed, a line each."""
        from . import services

        return services.load_host_reference()

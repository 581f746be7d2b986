from collections.abc import Iterable

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    name = "placements"
    verbose_name = _("Placements")

    def ready(self) -> None:

        from cohorts.states import ERASE, FOLLOW, TAKE
        from partnership import handover, jobs, links, measures, next_steps, reminders, sweeps
        from partnership import personal_data as people

        from . import first_steps, invariants, personal_data, receivers, retention, services  # noqa: F401 (receivers connect)
        from . import handover as belongings
        from . import measures as ours
        from .next_steps import silent_hosts
        from .past import past
        from .services.introduction_reminders import INTRODUCTIONS
        from .states import ANSWER, CONTRACT, INTRODUCTION, PLEDGE, ROUND

        links.register(links.Purpose(FOLLOW, "placements:application_follow", days=400))
        links.register(links.Purpose(TAKE, "placements:data_take", days=1 / 24))
        links.register(links.Purpose(ERASE, "placements:data_erase", days=1 / 24))
        links.register(links.Purpose(ANSWER, "placements:placement_answer", days=60))
        # As long as an answer counts.
        links.register(links.Purpose(PLEDGE, "placements:pledge_answer", days=90))
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
        links.register(links.Purpose(CONTRACT, "placements:contract_sheet", days=60))
        reminders.register(*services.CONTRACTS)
        sweeps.register("contract_papers", services.look_again_at_contract_papers)
        links.register(links.Purpose(INTRODUCTION, "placements:presentation_answer", days=60))
        reminders.register(*INTRODUCTIONS)
        links.register(links.Purpose(ROUND, "placements:lead_calendar", days=3 * 365))
        reminders.register(*services.CLOCKS)
        measures.register(*ours.MEASURES, counts=ours.counts, past=past)
        next_steps.register(silent_hosts)
        first_steps.register()
        invariants.register()
        jobs.register(
            jobs.Kind(
                services.ASKING,
                _("Hosts asked for their places"),
                services.ask_step,
                page=lambda job: reverse("placements:ask_detail", args=[job.parameters["round"]]),
            )
        )
        reminders.register(*services.SILENT_HOSTS, services.OLD_ANSWERS)
        people.register(personal_data.HOLDER)
        retention.register()
        handover.register(*belongings.BELONGINGS)

    def load_reference(self) -> Iterable[str]:
        """Load what every installation needs here (the command of that name); what changed, a line each."""
        from . import services

        return services.load_host_reference()

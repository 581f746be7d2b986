from collections.abc import Iterable

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CohortsConfig(AppConfig):
    name = "cohorts"
    verbose_name = _("Cohorts")

    def ready(self) -> None:
        from django.urls import reverse

        from partnership import agenda as dates
        from partnership import handover, jobs, links, measures, pages, reminders, sweeps
        from partnership import personal_data as people
        from partnership import projections as foreseen
        from programmes import elsewhere
        from programmes.policies import can_list_contents

        from . import (
            agenda,
            bulk,
            exports,
            first_steps,
            invariants,
            personal_data,
            policies,
            projections,
            retention,
            services,
            tally,
        )
        from . import handover as belongings
        from . import measures as ours
        from .past import past
        from .services import imports
        from .services.reminders import APPOINTMENTS, NUDGES
        from .states import AGENDA, RESUME

        links.register(links.Purpose(RESUME, "cohorts:application_resume", days=30))
        links.register(links.Purpose(AGENDA, "cohorts:slot_feed", days=3 * 365))
        measures.register(*ours.MEASURES, counts=tally.counts, past=past)
        measures.register_exceptions(ours.beside_the_point)
        dates.register(agenda.of_recruitment)
        pages.register(
            pages.Page("cohorts:forecast", _("Forecast"), 1),
            pages.Page("cohorts:history", _("Week by week"), 2),
        )
        first_steps.register()
        foreseen.register(projections.project)
        invariants.register()
        versions = _("Which cohorts run on which version")
        elsewhere.register(elsewhere.Page("cohorts:version_list", versions, can_list_contents))
        people.register(personal_data.HOLDER)
        export = _("Export of applications")
        jobs.register(jobs.Kind("applications_export", export, exports.step, may_take=policies.can_take_export))
        bulk.register_ours()
        jobs.register(
            jobs.Kind(
                bulk.KIND,
                _("Bulk action"),
                bulk.step,
                page=lambda job: reverse("cohorts:bulk_detail", args=[job.parameters["bulk"]]),
            )
        )
        for key, label, step in (
            (imports.CHECK, _("Check of a list"), imports.check_step),
            (imports.WRITE, _("Import of a list"), imports.write_step),
        ):
            jobs.register(
                jobs.Kind(
                    key, label, step, page=lambda job: reverse("cohorts:import_detail", args=[job.parameters["of"]])
                )
            )
        retention.register()
        handover.register(*belongings.BELONGINGS)
        ours_to_say = (*services.REMINDERS, *services.PAPERS, *services.STUDENTS)
        reminders.register(*ours_to_say, *APPOINTMENTS, *NUDGES, services.ADDRESSES)
        reminders.register(services.FILES_END)
        reminders.register(*services.MORNINGS)
        sweeps.register("places", services.fill_places)
        sweeps.register("papers", services.look_again_at_papers)
        sweeps.register("headcounts", services.count_again_if_many)

    def load_reference(self) -> Iterable[str]:
        """Load what every installation needs here (the command of that name); what changed, a line each."""
        from . import services

        yield from services.load_kinds()
        yield from services.load_planning_rates()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CohortsConfig(AppConfig):
    name = "cohorts"
    verbose_name = _("Cohorts")

    def ready(self) -> None:
        from partnership import handover, jobs, links, measures
        from partnership import personal_data as people

        from . import exports, invariants, personal_data, policies
        from . import handover as belongings
        from . import measures as ours
        from .states import RESUME

        links.register(links.Purpose(RESUME, "cohorts:application_resume", days=30))
        measures.register(*ours.MEASURES, counts=ours.counts)
        invariants.register()
        people.register(personal_data.HOLDER)
        export = _("Export of applications")
        jobs.register(jobs.Kind("applications_export", export, exports.step, may_take=policies.can_take_export))
        handover.register(*belongings.BELONGINGS)

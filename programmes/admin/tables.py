"""The administrators' tables of what is taught."""

from django.contrib import admin
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.desk import AdministratorAdmin, ReadOnlyAdmin

from ..models import Curriculum, Programme
from . import modules, versions


@admin.register(Programme)
class ProgrammeAdmin(AdministratorAdmin):
    remembered = "milestone"
    list_display = ["title", "short_title", "kind", "milestone", "provider", "reviewer_party", "quorum", "assigned"]
    list_filter = ["milestone", "kind"]
    search_fields = ["title", "short_title"]
    list_select_related = ["milestone", "provider", "reviewer_party"]


@admin.register(Curriculum)
class CurriculumAdmin(ReadOnlyAdmin):
    """Read only: versions are written on the authors' pages and judged on the desk, through the same services."""

    list_display = ["programme", "number", "state", "submitted_at", "decided_at"]
    list_filter = ["state", "programme"]
    list_select_related = ["programme"]
    fields = [
        "programme",
        "number",
        "state",
        "created_at",
        "created_by",
        "submitted_at",
        "submitted_by",
        "decided_at",
        "decided_by",
        "text",
    ]
    readonly_fields = ["text"]

    @admin.display(description=_("text"))
    def text(self, curriculum: Curriculum) -> SafeString:
        address = reverse("programmes:curriculum_read", args=[curriculum.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Read the modules and their opinions"))

    def get_urls(self) -> list[URLPattern]:
        view, named = self.admin_site.admin_view, "programmes_curriculum"
        return [
            path("<uuid:pk>/relire/", view(versions.curriculum_review), name=f"{named}_review"),
            path("<uuid:pk>/relire/reste/", view(versions.curriculum_approve_rest), name=f"{named}_approve_rest"),
            path("<uuid:pk>/relire/refuser/", view(versions.curriculum_refuse), name=f"{named}_refuse"),
            path("<uuid:pk>/relire/commission/", view(versions.curriculum_commission), name=f"{named}_commission"),
            path("<uuid:pk>/relire/interet/", view(versions.curriculum_interest), name=f"{named}_interest"),
            path(
                "<uuid:pk>/relire/commission/<uuid:commission_pk>/",
                view(versions.commission_minutes),
                name=f"{named}_minutes",
            ),
            path("<uuid:pk>/relire/<uuid:module_pk>/", view(modules.module_review), name="programmes_module_review"),
            *super().get_urls(),
        ]

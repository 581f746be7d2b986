"""The administrators' desk: companies. Sites, places and placements change on the leads' pages alone."""

from django.contrib import admin

from partnership.desk import AdministratorAdmin, yes_or_no

from .models import HostCompany


@admin.register(HostCompany)
class HostCompanyAdmin(AdministratorAdmin):
    """A company's name, and whether it is a partner of the convention."""

    partner = yes_or_no(HostCompany, "is_partner")
    list_display = ["name", "partner"]
    list_filter = ["is_partner"]
    search_fields = ["name"]

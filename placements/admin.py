"""The administrators' desk: companies. Sites, places and placements change on the leads' pages alone."""

from django.contrib import admin

from partnership.desk import AdministratorAdmin

from .models import HostCompany


@admin.register(HostCompany)
class HostCompanyAdmin(AdministratorAdmin):
    """A company's name, and whether it is a partner of the convention."""

    list_display = ["name", "is_partner"]
    list_filter = ["is_partner"]
    search_fields = ["name"]

"""The administrators' desk: companies and what is known of them. Sites and places change on the leads' pages alone."""

from django.contrib import admin

from partnership.desk import AdministratorAdmin, yes_or_no

from .models import CollectiveAgreement, FundingOperator, HostCompany, TutorCeiling, TutorEligibility


@admin.register(HostCompany)
class HostCompanyAdmin(AdministratorAdmin):
    """A company's name and numbers, whether it is a partner of the convention, and which of us run it."""

    partner = yes_or_no(HostCompany, "is_partner")
    remembered = "is_partner"
    list_display = ["name", "siren", "partner"]
    list_filter = ["is_partner"]
    search_fields = ["name", "siren"]


@admin.register(FundingOperator)
class FundingOperatorAdmin(AdministratorAdmin):
    """The funding operators that can be chosen."""

    list_display = ["name", "code"]


@admin.register(CollectiveAgreement)
class CollectiveAgreementAdmin(AdministratorAdmin):
    """The collective agreements that can be chosen; an operator that is not sure stays empty."""

    list_display = ["idcc", "name", "operator"]
    list_select_related = ["operator"]
    search_fields = ["idcc", "name"]


@admin.register(TutorCeiling)
class TutorCeilingAdmin(AdministratorAdmin):
    """How many students one tutor may have: a change of the law is a row of its own, from its date on."""

    list_display = ["kind", "since", "most", "most_repeating", "most_of_employer", "source"]


@admin.register(TutorEligibility)
class TutorEligibilityAdmin(AdministratorAdmin):
    """What makes somebody eligible as a tutor, from which date on."""

    list_display = ["kind", "since", "years", "years_with_diploma", "source"]

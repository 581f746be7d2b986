"""What a company says of itself, and lists of companies from elsewhere."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from partnership import sheets
from partnership.fields import Impossible, tidy
from partnership.versions import VersionForm

from ..models import CollectiveAgreement, FundingOperator, HostCompany

_CHOOSE = _("Choose a file: CSV or XLSX, 20 MB at most.")


class CompanyForm(VersionForm):
    """A company's collective agreement, its operator, its headcount: asked, never inferred."""

    agreement = forms.ModelChoiceField(
        label=_("Collective agreement"),
        queryset=CollectiveAgreement.objects.all(),
        required=False,
        empty_label=_("not known"),
        help_text=_("Ask the company: the same work is done under several."),
    )
    operator = forms.ModelChoiceField(
        label=_("Funding operator"),
        queryset=FundingOperator.objects.all(),
        required=False,
        empty_label=_("not known"),
        help_text=_("To whom the contract is sent."),
    )
    headcount = forms.IntegerField(
        label=_("Headcount"),
        required=False,
        min_value=1,
        max_value=999_999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("Of the whole company: the aid to employers depends on it."),
    )

    @classmethod
    def filled(cls, company: HostCompany) -> "CompanyForm":
        """The form as the company's record is now."""
        names = ("headcount", "version")
        facts: dict[str, Any] = {name: getattr(company, name) for name in names}
        return cls(initial=facts | {"agreement": company.agreement_id, "operator": company.operator_id})


class HostListForm(forms.Form):
    """A list of hosts, and for which intake their places are opened."""

    file = forms.FileField(
        label=_("List"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.xlsx,.xlsm"}),
        help_text=_("CSV or XLSX, with a line of headings; 500 hosts at most."),
        error_messages={"required": _CHOOSE, "invalid": _CHOOSE, "missing": _CHOOSE, "max_length": _CHOOSE},
    )
    intake = forms.ModelChoiceField(
        label=_("Intake"),
        queryset=Intake.objects.none(),
        required=False,
        empty_label=_("open no places"),
        help_text=_("The places of the list are opened for it."),
    )

    def __init__(self, *args: Any, intakes: QuerySet[Intake], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["intake"].queryset = intakes

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > sheets.MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB: cut the list into several files."))
        try:
            file.name = tidy(file.name) or str(_("list"))
        except Impossible:
            file.name = str(_("list"))
        return file

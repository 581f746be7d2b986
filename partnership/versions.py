"""Which state of a thing was on the page that somebody sends: whoever overwrites a later one is told so."""

from django import forms
from django.http import QueryDict


class VersionForm(forms.Form):
    """Which state of the thing was on the page: an older one is answered with a 409."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def clean_version(self) -> int:
        # A form that does not say what it showed has shown nothing of now.
        return self.cleaned_data["version"] or 0

    @classmethod
    def shown(cls, data: QueryDict) -> int:
        """The version that a page with nothing to fill in has sent; 0 for what is none."""
        form = VersionForm(data)
        return form.cleaned_data["version"] if form.is_valid() else 0

"""What a personal link of an applicant opens."""

from partnership import links
from partnership.models import AccessLink

from ..models import Application


def file_behind(token: str, purpose: str) -> tuple[AccessLink, Application]:
    """The link behind a token and its file; Unusable says why there is none, and knows nothing of an erased one."""
    link = links.find(token, purpose)
    files = Application.objects.select_related(
        "candidate__commune", "cohort__intake__programme__provider", "cohort__zone", "intake", "owner"
    )
    file = files.filter(pk=links.key_of(link)).first()
    if file is None:
        raise links.Unusable("unknown", link)
    return link, file

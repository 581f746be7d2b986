"""Letters as recruitment reads them: what only their readers may see is hidden, and back when they change."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partnership.outbox import LINK_MARK, SECRET_MARK


def readable(text: str) -> str:
    """A letter's text without its secrets: the words « lien personnel » stand for the link."""
    return text.replace(LINK_MARK, _("[personal link]")).replace(SECRET_MARK, _("[personal code]"))


def with_marks(text: str) -> str:
    """A readable text with its link again, in whichever language it was read."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            text = text.replace(_("[personal link]"), LINK_MARK)
    return text

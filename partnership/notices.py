"""The notice on personal data (article 13 of the GDPR), version by version: what somebody has read is not rewritten."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Notice:
    """A version, named by the day it took effect, and in a sentence what it changes; nothing for the first.

    Its text is `templates/notices/<version>.<language>.html`: a new meaning is a new file, never a change of one.
    """

    version: str
    changes: str | Promise = ""

    @property
    def since(self) -> date:
        """The day it took effect."""
        return date.fromisoformat(self.version)

    def template(self, language: str) -> str:
        """Where its text is, in French or in English."""
        return f"notices/{self.version}.{'fr' if language.startswith('fr') else 'en'}.html"


# The oldest first; the last one is in force.
NOTICES = (
    Notice("2026-11-23"),
    Notice(
        "2026-11-26",
        _(
            "You can now receive or erase your file from your page, and a letter tells you thirty days before we "
            "erase it; unfinished applications are erased after three months, files of courses five years after "
            "their end."
        ),
    ),
)
CURRENT = NOTICES[-1]


def find(version: str) -> Notice | None:
    """The version of that name, if there ever was one."""
    return next((notice for notice in NOTICES if notice.version == version), None)


def until(notice: Notice) -> date | None:
    """The day on which a later version took a version's place; nothing while it is in force."""
    return next((later.since for later in NOTICES if later.version > notice.version), None)


def unread_by(version: str) -> list[Notice]:
    """What has changed since somebody read a version; of nobody who has read none."""
    return [notice for notice in NOTICES if version and notice.version > version]

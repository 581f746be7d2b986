"""Keeps the French catalogue in step with the code and the templates, with Babel: gettext is not needed."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES" / "django.po"
APPS = ("config", "partnership", "programmes", "cohorts", "placements")


def extracted() -> Catalog:
    """Every string to translate, with the files that hold it."""
    catalogue = Catalog(domain="django")
    for path, source in _sources():
        for _line, message, comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            catalogue.add(message, locations=[(path, None)], auto_comments=comments, context=context)
    return catalogue


def _sources() -> Iterator[tuple[str, str]]:
    root = Path(settings.BASE_DIR)
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(root)), path.read_text()
    for path in sorted((root / "templates").rglob("*.html")):
        # Django turns a template into something that reads as Python but for its indentation.
        source = templatize(path.read_text(), origin=str(path))
        yield str(path.relative_to(root)), "\n".join(line.strip() for line in source.splitlines())


def catalogue() -> Catalog:
    """The French catalogue as it is kept."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr", domain="django")


class Command(BaseCommand):
    help = (
        "Adds new strings to locale/fr/LC_MESSAGES/django.po, removes those that are gone, and names what to translate."
    )

    def handle(self, **options: object) -> None:
        kept = catalogue() if CATALOGUE.exists() else Catalog(locale="fr", domain="django")
        created = kept.creation_date
        kept.update(extracted(), no_fuzzy_matching=True)
        kept.creation_date = created  # a run that finds nothing new changes nothing
        kept.obsolete.clear()
        kept.project, kept.version, kept.msgid_bugs_address = "Tandem", "1", ""
        kept.last_translator, kept.language_team = "Tandem", "fr"
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, kept, width=120, sort_output=True, no_location=False, include_lineno=False)
        missing = [message.id for message in kept if message.id and not all(forms(message.string))]
        for message in missing:
            self.stderr.write(f"to translate: {message}")
        if missing:
            raise CommandError(f"{len(missing)} strings have no French yet.")


def forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    """The forms of a translation: one, or one for each plural."""
    return string if isinstance(string, tuple) else (string,)

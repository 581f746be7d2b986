"""Erases a person on demand: says what would go, and does it when told."""

import re

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cohorts.models import Application, Candidate
from partnership import personal_data
from partnership.models import Tombstone, ref
from partnership.workflow import THE_CLOCK, Refused

_REFERENCE = re.compile(r"CV-(\d{2})-(\d+)")


class Command(BaseCommand):
    help = "Erases an applicant (CV-27-0412, or cohorts.candidate:…); without --yes only says what would go."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="the reference of an application, or cohorts.candidate:KEY")
        parser.add_argument("--yes", action="store_true", help="erase; it cannot be undone")
        parser.add_argument("--even-if-live", action="store_true", help="close a file that is still open first")

    def handle(self, *, person: str, yes: bool, even_if_live: bool, **options: object) -> None:
        subject = _subject(person)
        deed = personal_data.erase if yes else personal_data.would_erase
        try:
            erased = deed(subject, by=THE_CLOCK, even_if_live=even_if_live)
        except Refused as refusal:
            raise CommandError(f"{refusal.reason} (--even-if-live closes it first)") from refusal
        said = ", ".join(f"{kind} {number}" for kind, number in erased.items()) or "nothing more"
        self.stdout.write(f"{subject}: {'erased' if yes else 'would erase'} {said}")
        if not yes:
            self.stdout.write("Nothing has been changed; --yes erases.")


def _subject(person: str) -> str:
    if match := _REFERENCE.fullmatch(person):
        year, number = match.groups()
        file = Application.objects.filter(number=number, intake__starts_on__year=2000 + int(year)).first()
        if file is None:
            raise CommandError(f"There is no application {person}.")
        return f"cohorts.candidate:{file.candidate_id}"
    label, _colon, key = person.partition(":")
    model = {"cohorts.candidate": Candidate, "cohorts.application": Application}.get(label)
    try:
        thing = model.objects.filter(pk=key).first() if model else None
    except ValidationError:
        thing = None
    if thing is None and not Tombstone.objects.filter(subject=person).exists():
        raise CommandError(f"{person!r} is neither the reference of an application nor that of an applicant.")
    return (
        f"cohorts.candidate:{thing.candidate_id}" if isinstance(thing, Application) else ref(thing or Candidate(pk=key))
    )

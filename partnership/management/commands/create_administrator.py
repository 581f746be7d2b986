"""Opens the account of the first administrator, who then invites everybody else from the pages."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation

from partnership import links, services
from partnership.models import Party
from partnership.states import INVITATION
from partnership.workflow import Refused


class Command(BaseCommand):
    help = "Opens the account of the first administrator, writes the invitation, and prints its link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--party", nargs=2, metavar=("CODE", "NAME"), help="the party they work for; made if new")
        parser.add_argument("--language", choices=["fr", "en"], default="fr")
        parser.add_argument("--another", action="store_true", help="although somebody administers already")

    def handle(self, *, email: str, name: str, party: list[str] | None, language: str, another: bool, **rest: Any):
        try:
            validate_email(email)
        except ValidationError as problem:
            raise CommandError(f"{email}: not an e-mail address.") from problem
        try:
            # The reasons of a refusal are read where the command is typed.
            with translation.override("en"), transaction.atomic():
                person, is_new = services.create_administrator(
                    full_name=name, email=email, party=self._party(party), language=language, another=another
                )
        except Refused as refusal:
            raise CommandError(refusal.reason) from refusal
        self.stdout.write(
            f"{person.full_name} <{person.email}> administers Tandem" + (": new account." if is_new else ".")
        )
        if person.is_awaited:
            link = links.new_url(INVITATION, person, language=person.language)
            self.stdout.write(f"The invitation leaves by mail; the same without mail, once, for 7 days:\n{link}")
        else:
            self.stdout.write("This person has signed in before: there is no invitation to answer.")

    def _party(self, given: list[str] | None) -> Party:
        if given:
            code, name = given
            return Party.objects.get_or_create(code=code, defaults={"name": name, "short_name": name[:40]})[0]
        known = list(Party.objects.all()[:2])
        if len(known) != 1:
            raise CommandError('For which party? Say --party CODE "Name" (made if it is new).')
        return known[0]

"""Builds the demonstration at the first start; `dev.py run` calls it."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from cohorts.models import Application
from partnership import clock
from partnership.models import Convention, Zone
from placements.demonstration import PASSWORD, Story

DATA = Path(__file__).resolve().parents[2] / "reference" / "demonstration.toml"


class Command(BaseCommand):
    help = "Builds the demonstration, once; --accounts prints who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rentree", default="", help="year and month of the intake, 2027-09; else next September")
        parser.add_argument("--accounts", action="store_true", help="print the accounts and do nothing else")

    def handle(self, *, rentree: str, accounts: bool, **options: object) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("The demonstration is refused in production.")
        data = tomllib.loads(DATA.read_text())
        if accounts:
            self._print_accounts(data["account"])
            return
        year = _year_of(rentree)
        if Convention.objects.exists():
            self.stdout.write("There is a convention already: the demonstration adds nothing.")
            return
        if not Zone.objects.exists():
            raise CommandError("Load the reference data first: manage.py load_reference.")
        with transaction.atomic():
            story = Story(year, data)
            story.tell()
        _keep_the_clock(story.today)
        self.stdout.write(f"Demonstration of {year}: {Application.objects.count()} applications.")

    def _print_accounts(self, accounts: list[dict[str, Any]]) -> None:
        width = max(len(account["email"]) for account in accounts)
        for account in accounts:
            where = f" ({account['zone']})" if "zone" in account else ""
            self.stdout.write(f"  {account['email']:<{width}}  {account['role'].replace('_', ' ')}{where}")
        self.stdout.write(f"  password of each: {PASSWORD}")


def _year_of(rentree: str) -> int:
    """The year of the September asked for, or of the next one."""
    if not rentree:
        today = clock.today()
        return today.year + (today.month >= 9)
    try:
        asked = datetime.strptime(rentree, "%Y-%m")
    except ValueError as problem:
        raise CommandError("--rentree is a year and a month, such as 2027-09.") from problem
    if asked.month != 9:
        raise CommandError("The convention's intakes are in September.")
    return asked.year


def _keep_the_clock(opening: datetime) -> None:
    """Leave the shift where the development runner finds it: every later process lives on the demonstration's clock."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    shift = int((opening - timezone.now()).total_seconds())
    (settings.DATA_DIR / "clock_shift").write_text(str(shift))

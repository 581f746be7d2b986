"""Takes away what is past its time, as the daily task does."""

from django.core.management.base import BaseCommand, CommandParser

from partnership import retention


class Command(BaseCommand):
    help = "Takes away what is past its time; --dry-run only says how much there is, and whose file ends soon."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        found = retention.due() if dry_run else retention.apply(seconds=float("inf"))[0]
        for key, number in found.items():
            self.stdout.write(f"{number:>9}  {retention.RULES[key].label}")
            for line in retention.RULES[key].lines() if dry_run else ():
                self.stdout.write(f"{'':>11}{line}")

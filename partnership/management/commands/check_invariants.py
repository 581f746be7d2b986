"""Says what does not hold, one line each; silence and 0 when all does."""

import sys

from django.core.management.base import BaseCommand

from partnership import invariants


class Command(BaseCommand):
    help = "Checks everything that must always hold; prints one line a finding and exits 1, or nothing and exits 0."

    def handle(self, **options: object) -> None:
        findings = invariants.check()
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            sys.exit(1)

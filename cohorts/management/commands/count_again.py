"""Counts all files again, where `check_invariants` finds headcounts that do not add up to them."""

from django.core.management.base import BaseCommand

from cohorts.services import count_again


class Command(BaseCommand):
    help = "Counts all files again; whoever works meanwhile need not wait."

    def handle(self, **options: object) -> None:
        count_again()

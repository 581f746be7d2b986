"""Bring the database to this version, once: two that start together wait for each other."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

# Any number, the same for every Tandem.
LOCK = 0x7A4DE3


class Command(BaseCommand):
    help = "Applies the migrations and loads the reference data, one process at a time; there may be nothing to do."

    def handle(self, *, verbosity: int, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=verbosity)
            call_command("load_reference", verbosity=verbosity)
        finally:
            # The end of the session would free it too; a command called from a program may go on.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

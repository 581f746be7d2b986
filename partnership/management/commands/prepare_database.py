"""Bring the database to this version, once: two that start together wait for each other."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from partnership import adapter

# Any number, the same for every Tandem.
LOCK = 0x7A4DE3


class Command(BaseCommand):
    help = "Applies migrations, loads reference data, follows a new SECRET_KEY: one process at a time, at each start."

    def handle(self, *, verbosity: int, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=verbosity)
            call_command("load_reference", verbosity=verbosity)
            if renewed := adapter.renew_secrets():
                self.stdout.write(f"{renewed} second factors are encrypted with the new SECRET_KEY")
        finally:
            # The end of the session would free it too; a command called from a program may go on.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

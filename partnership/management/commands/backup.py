"""Writes a backup of everything into a folder."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from partnership import safekeeping
from partnership.archive import Unsafe


class Command(BaseCommand):
    help = "Writes database, files and tombstones of one moment into FOLDER, while everybody goes on working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=0, help="remove older backups but the newest so many")

    def handle(self, *, folder: Path, keep: int, **options: object) -> None:
        try:
            safekeeping.backup(folder, keep=keep, say=self.stdout.write)
        except (Unsafe, DatabaseError) as problem:
            raise CommandError(str(problem).strip()) from problem

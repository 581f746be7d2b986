"""Brings a backup back."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from partnership import safekeeping
from partnership.archive import Unsafe


class Command(BaseCommand):
    help = "Restores FOLDER (a backup, or the newest in it) into an empty database; erases again who was erased since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--replace", action="store_true", help="in the place of what is there")
        parser.add_argument(
            "--tombstones", type=Path, action="append", default=[], help="the live site's file of the erased"
        )

    def handle(self, *, folder: Path, replace: bool, tombstones: list[Path], **options: object) -> None:
        try:
            safekeeping.restore(folder, replace=replace, erased=tombstones, say=self.stdout.write)
        except (Unsafe, DatabaseError) as problem:
            raise CommandError(str(problem).strip()) from problem

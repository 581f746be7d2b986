"""`python3 dev.py bench [P1 P2 …]`: each item's figures beside its floor's, measured in the same run."""

import contextlib
import shutil
import sys
import tempfile
import time

import django
from django.conf import settings
from django.core.management import call_command

django.setup()

# What imports models comes after the set-up.
from tests.bench import bench, measure  # noqa: E402

HEAD = ("", "work", "ours", "floor", "ratio", "goal", "")
WIDTHS = (4, 62, 14, 14, 7, 10, 12)


def row(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def as_in_production(static: str) -> None:
    """Static files hashed, compressed and known at the start, as production has them."""
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS, settings.WHITENOISE_AUTOREFRESH = static, False, False
    settings.STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    call_command("collectstatic", interactive=False, verbosity=0)


def main(wanted: list[str]) -> int:
    """Measure what is wanted and print the table; 1 if something falls short."""
    unknown = set(wanted) - set(bench.ITEMS)
    if unknown:
        print(f"There is no {', '.join(sorted(unknown))}: choose among {' '.join(bench.ITEMS)}.")
        return 2
    short, static = 0, tempfile.mkdtemp()
    try:
        as_in_production(static)
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        with contextlib.closing(bench.Bench()) as ours:
            print(row(HEAD))
            for item in wanted or bench.ITEMS:
                started = time.monotonic()
                for line in bench.ITEMS[item](ours):
                    short += not line.holds
                    verdict = "" if line.goal == "–" else "holds" if line.holds else "falls short"
                    print(
                        row((line.item, line.work, line.ours, line.floor, line.ratio, line.goal, verdict)), flush=True
                    )
                print(f"({item}: {time.monotonic() - started:.0f} s)", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(static, ignore_errors=True)
    print(f"\n{measure.METHOD}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main([argument.upper() for argument in sys.argv[1:]]))

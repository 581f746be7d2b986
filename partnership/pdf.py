"""PDFs: a Typst template and its data give a file that is tagged, in its language, and the same for the same data.

What people wrote reaches a template as data, never as source: nothing in it is markup there.
"""

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import get_language

from . import clock

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
# Accessible (PDF/UA-1): what the file is must be said of each part, or it is not made.
STANDARDS = ["ua-1"]


def render(name: str, data: dict[str, Any]) -> bytes:
    """Set a template (`programmes/record` is templates/pdf/programmes/record.typ) with data that JSON can hold.

    The template finds it under `data`, by importing `/tandem.typ`, with the present language and Paris's today.
    """
    known = {"language": get_language() or "fr", "today": clock.today().isoformat()}
    source = TEMPLATES / f"{name}.typ"
    return typst.compile(
        str(source),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps(data | known)},
        pdf_standards=STANDARDS,
        ignore_system_fonts=True,
        # No package is ever fetched: a template has what lies beside it.
        package_path=str(TEMPLATES),
        package_cache_path=str(TEMPLATES),
        timestamp=int(clock.now().timestamp()),
    )

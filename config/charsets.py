"""Forms come in UTF-8: what claims another encoding is marked here, for the middleware to refuse with a page.

Django reads the address by the encoding that the request names as soon as it is made, before any middleware: of
Python's codecs some decode no text at all, and whoever named one was answered by a failure that nobody had caught.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable], Iterable[bytes]]
# Where the refused claim is kept.
CLAIM = "tandem.charset"
_CHARSET = re.compile(r"charset[^=;]*=\s*[\"']?([^\"';\s]*)", re.IGNORECASE)
_OURS = {"", "utf-8", "utf8", "us-ascii", "ascii"}


def utf8_alone(application: Application) -> Application:
    """The application, to which every request is UTF-8; a claim to the contrary is put aside."""

    def answer(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "")
        other = [name for name in _CHARSET.findall(kind) if name.lower() not in _OURS]
        # A continued parameter (charset*0*=…) is nobody's either.
        if other or "charset*" in kind.lower():
            environ[CLAIM], environ["CONTENT_TYPE"] = kind, kind.partition(";")[0]
        return application(environ, start_response)

    return answer

"""Who asks, when a proxy asks for them: what only a trusted proxy may say."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

Application = Callable[[dict[str, Any], Callable], Iterable[bytes]]
# Stands for somebody of whom the proxy says no address: they all share one, and its limits.
NOBODY = "0.0.0.0"  # noqa: S104 (nothing listens here)


def behind(application: Application, trusted: list[str]) -> Application:
    """Put the visitor's address and scheme in place where a trusted proxy tells them, and nobody else.

    Of the addresses in X-Forwarded-For the last that is not a trusted proxy's counts: what a visitor sends themselves
    stands before it.
    """
    return wrap_wsgi_with_proxy_headers(_with_an_address(application), trusted)


def _with_an_address(application: Application) -> Application:
    def wrapped(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        try:
            ipaddress.ip_address(environ["REMOTE_ADDR"])
        except ValueError:  # « unknown », an address with its port: not something to count or store by
            environ["REMOTE_ADDR"] = NOBODY
        return application(environ, start_response)

    return wrapped

"""A page that says who asks for it, for the test of the proxies."""

import os

from config import proxies


def _who(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]


application = proxies.behind(_who, os.environ["TRUSTED_PROXIES"].split(","))

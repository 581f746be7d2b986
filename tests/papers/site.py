"""The web application with the addresses of these tests, for a real server."""

from django.conf import settings

settings.ROOT_URLCONF = "tests.papers.urls"
from config.wsgi import application  # noqa: E402

__all__ = ["application"]

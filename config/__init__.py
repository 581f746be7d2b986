"""The project: settings, addresses, the Celery application, the homes by role and the development servers."""

from .celery import app as celery

__all__ = ["celery"]

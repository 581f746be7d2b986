"""The Celery application and the whole beat schedule."""

import os
import sys

from celery import Celery
from celery.loaders.app import AppLoader
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from . import logs  # noqa: F401 (listens to each task)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Loader(AppLoader):
    """Ends a worker or beat with the settings' own sentence where they refuse."""

    def config_from_object(self, obj: object, silent: bool = False) -> bool:
        try:
            return super().config_from_object(obj, silent=silent)
        except ImproperlyConfigured as refusal:
            sys.exit(str(refusal))


app = Celery("tandem", loader="config.celery:Loader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {"partnership.tasks.run_job": {"queue": "jobs"}}
app.conf.worker_consumer = "config.consumer:Consumer"
app.conf.beat_scheduler = "config.scheduler:Scheduler"
app.conf.beat_schedule = {
    "send what is due": {"task": "partnership.tasks.send_due", "schedule": 15.0, "options": {"expires": 15}},
    "ring for waiting jobs": {"task": "partnership.tasks.ring_jobs", "schedule": 30.0, "options": {"expires": 30}},
    # The relay does both of these as well: it needs no broker, and neither can tell of its own silence.
    "sweep": {"task": "partnership.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "tell administrators": {
        "task": "partnership.tasks.tell_administrators",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "check the invariants": {
        "task": "partnership.tasks.check_invariants",
        "schedule": 3600.0,
        "options": {"queue": "jobs", "expires": 3600},
    },
    "keep nothing past its time": {
        "task": "partnership.tasks.keep_no_longer",
        "schedule": crontab(hour=3, minute=40),
        "options": {"queue": "jobs", "expires": 12 * 3600},
    },
    # At 23:55 for the day that ends (services/history.py); each hour for those that were missed.
    "take snapshots": {
        "task": "partnership.tasks.take_snapshots",
        "schedule": crontab(minute=55),
        "options": {"queue": "jobs", "expires": 240},
    },
    "remind": {"task": "partnership.tasks.remind", "schedule": 60.0, "options": {"queue": "jobs", "expires": 60}},
    # A day may turn a milestone as well as a figure: soon after midnight, and once an hour.
    "notice turned milestones": {
        "task": "partnership.tasks.notice_turns",
        "schedule": crontab(minute=7),
        "options": {"queue": "jobs", "expires": 3600},
    },
    # The quick worker has the two above to show that it lives; the other may wait long for a task.
    "ask the worker of the long tasks": {
        "task": "partnership.tasks.be_alive",
        "schedule": 30.0,
        "options": {"queue": "jobs", "expires": 30},
    },
}

"""The Celery application and the whole beat schedule."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tandem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {"partnership.tasks.run_job": {"queue": "jobs"}}
app.conf.beat_schedule = {
    "send what is due": {"task": "partnership.tasks.send_due", "schedule": 15.0, "options": {"expires": 15}},
    "ring for waiting jobs": {"task": "partnership.tasks.ring_jobs", "schedule": 30.0, "options": {"expires": 30}},
}

"""Beat's scheduler, which tells the database that it lives; apart from celery.py, which is read before the models."""

from celery.beat import PersistentScheduler

from partnership import heartbeats
from partnership.states import Process


class Scheduler(PersistentScheduler):
    """Looks at the schedule, and says so."""

    def tick(self, *args: object, **kwargs: object) -> float:
        heartbeats.beat(Process.BEAT)
        return super().tick(*args, **kwargs)

    def close(self) -> None:
        heartbeats.leave(Process.BEAT)
        super().close()

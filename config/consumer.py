"""How a worker waits for a broker that is away; apart from celery.py, which the web reads too."""

from functools import partial

from celery.worker import consumer
from kombu import Connection


class Consumer(consumer.Consumer):
    """Looks for the broker every few seconds: the library's own pauses grow to half a minute, and letters wait."""

    LONGEST_PAUSE = 5

    def ensure_connected(self, conn: Connection) -> Connection:
        conn.ensure_connection = partial(conn.ensure_connection, interval_max=self.LONGEST_PAUSE)
        return super().ensure_connected(conn)

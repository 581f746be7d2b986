"""The safety net of letters and sweeps: the same loop as the worker's, without Celery and without a broker."""

import logging
import math
import signal
import threading
import time
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection

from partnership import heartbeats, sending, services, sweeps
from partnership.states import Process

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends letters that nobody has sent a minute after they were due, and sweeps; runs until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patience", type=int, default=int(sending.RELAY_PATIENCE.total_seconds()), help="seconds")
        parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")
        parser.add_argument("--sweep", type=float, default=30.0, help="seconds between two sweeps")
        parser.add_argument("--watch", type=float, default=300.0, help="seconds between two looks at the whole machine")
        parser.add_argument("--once", action="store_true", help="look once and stop")

    def handle(self, *, patience: int, every: float, sweep: float, watch: float, once: bool, **options: object) -> None:
        stop = threading.Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        watched, swept = time.monotonic(), -math.inf
        while not stop.is_set():
            heartbeats.beat(Process.RELAY)
            try:
                while sending.send_due(patience=timedelta(seconds=patience)) and not stop.is_set():
                    pass
                if time.monotonic() - swept >= sweep:
                    swept = time.monotonic()
                    sweeps.sweep()
            except (OperationalError, InterfaceError) as problem:
                log.warning("database unreachable, trying again: %s", type(problem).__name__)
                connection.close()
            if once:
                return
            if time.monotonic() - watched >= watch:
                watched = time.monotonic()
                self._tell_administrators()
            stop.wait(every)
        heartbeats.leave(Process.RELAY)

    def _tell_administrators(self) -> None:
        # Beat has it done too; this is for the day when beat, its worker or the broker is what has gone wrong.
        try:
            services.tell_administrators()
        except Exception:  # a look that fails must not stop the letters
            log.exception("the machine could not be looked at")
            connection.close()

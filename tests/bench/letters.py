"""P7: letters through the outbox's loop and SMTP, every guarantee on, beside plain SMTP over one connection.

The letters a second that three processes of one machine manage, the sender, its PostgreSQL backend and the mail server,
are decided by the CPU of all three, for they wait for each other: that sum is compared, and no time.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.test import override_settings

from cohorts.models import Application
from cohorts.states import FOLLOW
from config.embedded import ROOT, dies_with_parent, free_port
from partnership import clock, outbox, sending
from partnership.models import OutgoingMessage, ref

from . import floor
from .measure import Line, cost_of, median_of, process_cpu

if TYPE_CHECKING:
    from .bench import Bench

BATCH = 50


def measure(bench: "Bench") -> Iterator[Line]:
    """A batch of the outbox and the same letters sent plainly, by turns."""
    bench.use(bench.scale.small)
    application = Application.objects.select_related("candidate").first()
    subject, text, html = outbox.render("cohorts/application_link", "fr", _words(application))
    with mail_server() as server:
        ours, bare = [], []
        for turn in range(bench.scale.rounds + 1):
            _write(application, subject, text, html, turn)

            def through_the_outbox() -> None:
                assert sending.send_due(limit=BATCH) == BATCH

            letters = list(OutgoingMessage.objects.filter(key__startswith=f"bench:{turn}:"))
            for work, costs in ((through_the_outbox, ours), (lambda letters=letters: floor.send(letters), bare)):
                before = process_cpu(server.pid)
                cost = cost_of(work, 1)
                cost.cpu += process_cpu(server.pid) - before
                costs.append(cost)
    mine, least = median_of(ours[1:]), median_of(bare[1:])
    ratio = least.cpu / mine.cpu
    yield Line(
        "P7",
        f"letters, of all three processes ({BATCH} a batch)",
        f"{mine.cpu / BATCH:.2f} ms CPU",
        f"{least.cpu / BATCH:.2f} ms CPU",
        f"{ratio:.2f}×",
        "≥ 0.7×",
        round(ratio, 2) >= 0.7,
    )


def _words(application: Application) -> dict[str, object]:
    words = {"name": "Inès", "contact": "Claire Devaux", "contact_phone": "04 65 71 20 36", "programme": "CS ACVD"}
    words |= {"zone": "Lyon", "provider": "Groupe IGS", "reference": application.reference}
    return words | {"is_hosted": True, "is_for_professionals": False, "is_draft": False}


def _write(application: Application, subject: str, text: str, html: str, turn: int) -> None:
    OutgoingMessage.objects.bulk_create(
        OutgoingMessage(
            key=f"bench:{turn}:{number}",
            template="cohorts/application_link",
            language="fr",
            about=ref(application),
            to_ref=ref(application.candidate),
            to_email=f"jeune{number}@exemple.test",
            to_name="Inès",
            subject=subject,
            text=text,
            html=html,
            link_purpose=FOLLOW,
            link_subject=ref(application),
            due_at=clock.now(),
        )
        for number in range(BATCH)
    )


@contextmanager
def mail_server() -> Iterator[subprocess.Popen]:
    """A server of its own process, to which this process sends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sink", str(port)],
        cwd=ROOT,
        preexec_fn=dies_with_parent(15),
        process_group=0,
    )
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    try:
        deadline = time.monotonic() + 30
        while not _listens(port):
            if time.monotonic() > deadline:
                raise TimeoutError("The mail server does not listen.")
            time.sleep(0.05)
        with override_settings(**smtp, EMAIL_PORT=port, EMAIL_HOST_USER="", EMAIL_USE_TLS=False):
            yield process
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as visit:
        return visit.connect_ex(("127.0.0.1", port)) == 0

"""The worker and the relay are killed -9 while letters leave: none is lost, and we know which may be double."""

import os
import random
import signal
import time
from collections import Counter

import pytest
from celery import current_app

from partnership import outbox, sending, services
from partnership.models import OutgoingMessage
from partnership.states import MessageState, OnDoubt, Role
from tests import factories

from .processes import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
    pytest.mark.timeout(600),
]
# The mail server writes a letter down, then takes this long to say so: a kill in between leaves a letter in doubt.
DELAY = 0.1
# Longer than any pause of a busy machine: whoever still works on a letter past its lease may send it a second time.
LEASE_SECONDS = 6
UNDER_WAY = [MessageState.PENDING, MessageState.SENDING]
CELERY = [
    "-m",
    "celery",
    "--quiet",
    "-A",
    "config",
    "worker",
    "--loglevel",
    "ERROR",
    "--concurrency",
    "1",
    "-Q",
    "quick",
]


class Sender:
    """The relay or the worker, with a mail server of its own so that we see what it sends."""

    def __init__(self, name, start, server, *command):
        self.name, self.server = name, server
        own = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS)}
        self.program = start(*command, **own)
        self.begin_to_count()

    def begin_to_count(self):
        self.sent_before = len(self.server.lines())

    def has_sent(self):
        """How many letters since we began to count."""
        return len(self.server.lines()) - self.sent_before

    def kill(self, *, whole):
        """Kill it, or only the child that a worker works with; start what no longer runs."""
        children = [] if whole else self.program.children()
        if children:
            os.kill(children[0], signal.SIGKILL)
        else:
            self.program.kill()
        in_doubt = _in_doubt(self.server)
        if not children:
            self.program.start()
        return in_doubt


def _in_doubt(server):
    """The letters that the server had whole and whose sender died before it could write so, each with its lease."""
    handed_over = OutgoingMessage.objects.filter(state=MessageState.SENDING, handed_over=True)
    at_the_kill = set(handed_over.values_list("pk", "lease_token"))
    time.sleep(4 * DELAY)  # a sender that lives has gone on to its next letter by then
    had = server.taken()
    left = [letter for letter in handed_over if (letter.pk, letter.lease_token) in at_the_kill]
    return {(_id(letter), letter.lease_token) for letter in left if had[_id(letter)]}


def _id(letter):
    return sending.message_id(letter)


def _ring():
    current_app.send_task("partnership.tasks.send_due", retry=False)


CAMPAIGNS = [
    pytest.param(8, 100, id="8 kills"),
    pytest.param(50, 500, id="50 kills", marks=pytest.mark.full),
]


@pytest.mark.parametrize(("kills", "letters"), CAMPAIGNS)
def test_no_kill_loses_a_letter_and_only_those_in_doubt_may_be_double(kills, letters, programs, mail_server):
    servers = [mail_server(delay=DELAY), mail_server(delay=DELAY)]
    relay = Sender("relay", programs, servers[0], "manage.py", "relay", "--patience", "0", "--every", "0.2")
    worker = Sender("worker", programs, servers[1], *CELERY, "-n", f"faults-{os.getpid()}@tandem")
    doubts = set()
    killed = Counter()

    for number in range(kills):
        _post(-(-letters // kills))
        victim = _at_work([relay, worker] if number % 2 else [worker, relay])
        time.sleep(random.uniform(0, 2 * DELAY))
        doubts |= victim.kill(whole=number % 4 != 3)
        killed[victim.name] += 1
    until(_all_is_quiet, "every letter is sent or held", seconds=120)

    had = servers[0].taken() + servers[1].taken()
    held = list(OutgoingMessage.objects.filter(state=MessageState.HELD))
    # A person looks at what is held, finds in the mail server's log what had left, and sends the others.
    administrator = factories.user(Role.ADMINISTRATOR)
    for letter in held:
        if not had[_id(letter)]:
            services.send_letter_again(letter, by=administrator)
    until(_all_is_quiet, "the letters held have left", seconds=60)

    had = servers[0].taken() + servers[1].taken()
    lost = [letter.pk for letter in OutgoingMessage.objects.all() if not had[_id(letter)]]
    twice = Counter({ident: times - 1 for ident, times in had.items() if times > 1})
    twice_though_held = [letter.pk for letter in _of(OnDoubt.HOLD) if had[_id(letter)] > 1]
    in_doubt = Counter(ident for ident, _lease in doubts)
    figures = f"{dict(killed)} killed, {in_doubt.total()} letters in doubt, {twice.total()} doubles, {len(held)} held"
    assert lost == [], figures
    assert twice_though_held == [], figures
    assert twice <= in_doubt, figures
    assert in_doubt, figures
    assert len(killed) == 2, figures
    assert OutgoingMessage.objects.count() >= letters
    print(figures)


def _post(number):
    """Every third letter is of the kind that a person decides about."""
    reader, first = factories.user(), OutgoingMessage.objects.count()
    for place in range(first, first + number):
        on_doubt = OnDoubt.RESEND if place % 3 else OnDoubt.HOLD
        outbox.post("partnership/sign_in_code", key=f"event {place}", about=reader, to=reader, on_doubt=on_doubt)


def _of(on_doubt):
    return OutgoingMessage.objects.filter(on_doubt=on_doubt)


def _at_work(senders):
    """Wait until one of them sends, and has yet more to send: the first if both do."""
    for sender in senders:
        sender.begin_to_count()
    found = []

    def somebody_is():
        _ring()
        found[:] = [sender for sender in senders if sender.has_sent() >= 2]
        return found

    until(somebody_is, "a sender is at work", seconds=60)
    return found[0]


def _all_is_quiet():
    if not OutgoingMessage.objects.filter(state__in=UNDER_WAY).exists():
        return True
    _ring()
    time.sleep(0.3)
    return False


def test_a_kill_in_the_moment_of_doubt_is_one_double_or_one_letter_held(programs, mail_server):
    """The worst moment on purpose: killed each time between the server's taking and our writing it down."""
    _post(8)
    server = mail_server(delay=0.5)
    relay = Sender("relay", programs, server, "manage.py", "relay", "--patience", "0", "--every", "0.2")
    kills = 2
    for _ in range(kills):
        relay.begin_to_count()
        until(relay.has_sent, "the relay sends", seconds=60)
        relay.program.kill()
        relay.program.start()
    until(_all_is_quiet, "every letter is sent or held", seconds=120)

    had = server.taken()
    held = OutgoingMessage.objects.filter(state=MessageState.HELD).count()
    assert len(had) == 8
    assert all(had[_id(letter)] == 1 for letter in _of(OnDoubt.HOLD))
    assert 1 <= had.total() - 8 + held <= kills


def test_a_batch_that_outlasts_its_lease_doubles_no_letter(programs, mail_server):
    """The fence: who has lost the lease of a letter sends it no more, for another has taken it over."""
    _post(32)
    server = mail_server(delay=0.3)
    for _ in range(2):
        Sender("relay", programs, server, "manage.py", "relay", "--patience", "0", "--every", "0.2")
    until(_all_is_quiet, "every letter is sent", seconds=120)
    assert server.taken() == {_id(letter): 1 for letter in OutgoingMessage.objects.all()}
    assert OutgoingMessage.objects.filter(attempts__gt=1).exists()

"""A link clicked by many opens once, a letter written by many is one, and two senders never take the same letter."""

import pytest

from partnership import clock, links, outbox, sending
from partnership.models import AccessLink, OutgoingMessage
from partnership.states import MessageState
from placements.states import ANSWER
from tests import factories

from .crowd import at_once, naive, unique_index_of, without_index

TIMES = 50


@pytest.fixture
def link():
    token = links.mint(ANSWER, "placements.placement:1")
    return links.find(token, ANSWER)


def test_a_link_used_by_fifty_at_once_is_used_once(link):
    assert at_once(TIMES, lambda place: links.consume(link)) == {"done": 1, "Unusable": TIMES - 1}


def test_without_compare_and_set_a_link_is_used_many_times(link):
    believed = naive(
        TIMES,
        read=lambda place: AccessLink.objects.get(pk=link.pk).used_at is None,
        write=lambda place: AccessLink.objects.filter(pk=link.pk).update(used_at=clock.now()),
    )
    assert believed == TIMES


def _post(key, to):
    outbox.post("partnership/sign_in_code", key=key, about=to, to=to, secret="123456")


def test_one_event_told_by_fifty_at_once_is_one_letter():
    reader = factories.user()

    assert at_once(TIMES, lambda place: _post("an event", reader)) == {"done": TIMES}

    assert OutgoingMessage.objects.filter(key="an event").count() == 1


def test_without_the_law_of_the_key_one_event_is_many_letters():
    reader = factories.user()
    _post("a model", reader)
    model = OutgoingMessage.objects.get()

    def write(place):
        model_again = OutgoingMessage.objects.get(pk=model.pk)
        model_again.pk, model_again.key = None, "an event"
        model_again.save(force_insert=True)

    with without_index("partnership_outgoingmessage", unique_index_of("partnership_outgoingmessage", "key")):
        naive(TIMES, read=lambda place: not OutgoingMessage.objects.filter(key="an event").exists(), write=write)
        assert OutgoingMessage.objects.filter(key="an event").count() > 1


def test_ten_senders_at_once_send_each_letter_once(mailoutbox):
    reader = factories.user()
    for number in range(60):
        _post(f"event {number}", reader)

    at_once(10, lambda place: sending.send_due(limit=7))
    while sending.send_due():
        pass

    assert len(mailoutbox) == 60
    assert len({letter.extra_headers["Message-ID"] for letter in mailoutbox}) == 60
    assert set(OutgoingMessage.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}


def test_without_a_lease_every_sender_sends_the_same_letter():
    reader = factories.user()
    _post("an event", reader)
    letter = OutgoingMessage.objects.get()
    sent = []

    naive(
        10,
        read=lambda place: OutgoingMessage.objects.get(pk=letter.pk).state == MessageState.PENDING,
        write=sent.append,
    )

    assert len(sent) == 10


def test_a_letter_is_cancelled_or_sent_never_both(mailoutbox):
    reader = factories.user()
    _post("an event", reader)
    cancelled = []

    def deed(place):
        if place:
            sending.send_due()
        else:
            cancelled.append(outbox.cancel(key="an event"))

    at_once(2, deed)

    letter = OutgoingMessage.objects.get()
    assert len(mailoutbox) == 1 - cancelled[0]
    assert letter.state == (MessageState.CANCELLED if cancelled[0] else MessageState.SENT)

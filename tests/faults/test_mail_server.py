"""The mail server is slow, deaf, down or refuses: no letter is lost, none is burnt, and a person decides in doubt."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from partnership import clock, outbox, sending, services
from partnership.models import OutgoingMessage
from partnership.states import MessageState, OnDoubt, Role
from tests import factories

from .processes import send_to

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
]


def _post(to, key="an event", on_doubt=OnDoubt.RESEND):
    outbox.post("partnership/sign_in_code", key=key, about=to, to=to, secret="123456", on_doubt=on_doubt)
    return OutgoingMessage.objects.get(key=key)


def _again():
    """Look again when every back-off is over."""
    OutgoingMessage.objects.update(retry_at=None)
    return sending.send_due()


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_refusal_for_now_is_tried_again_later_and_not_at_once(step, smtp, reader):
    letter = _post(reader(f"451-{step}@exemple.test"))
    sending.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (MessageState.PENDING, 1)
    assert "451" in letter.last_error
    assert OutgoingMessage.objects.filter(retry_at__gt=Now() + timedelta(seconds=20)).exists()
    assert sending.send_due() == 0


def test_a_refusal_for_now_then_a_yes_is_one_letter(smtp, reader):
    letter = _post(reader("grey@exemple.test"))
    sending.send_due()
    _again()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (MessageState.SENT, 2)
    assert smtp.taken() == {sending.message_id(letter): 1}


def test_the_pauses_between_attempts_spread_ten_of_them_over_a_day(smtp, reader):
    letter = _post(reader("451-data@exemple.test"))
    pauses = []
    for _ in range(sending.MOST_ATTEMPTS):
        _again()
        row = OutgoingMessage.objects.annotate(now=Now()).get()
        pauses.append(row.retry_at - row.now if row.retry_at else timedelta(0))
    letter.refresh_from_db()
    assert letter.state == MessageState.DEAD
    assert timedelta(hours=17) < sum(pauses, timedelta(0)) < timedelta(hours=27)


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_refusal_for_good_is_dead_in_one_try_and_can_be_sent_again(step, smtp, reader):
    letter = _post(reader(f"550-{step}@exemple.test"))
    sending.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (MessageState.DEAD, 1)
    assert "550" in letter.last_error
    assert _again() == 0

    letter.to_email = "corrigee@exemple.test"
    letter.save()
    services.send_letter_again(letter, by=factories.user(Role.ADMINISTRATOR))
    sending.send_due()
    letter.refresh_from_db()
    assert letter.state == MessageState.SENT
    assert smtp.taken() == {sending.message_id(letter): 1}


def test_one_bad_address_stops_no_other_letter(smtp, reader):
    addresses = ["550-rcpt", "451-data", "drop", "550-data", "451-rcpt", "bonne"]
    letters = [_post(reader(f"{address}@exemple.test"), key=address) for address in addresses]
    assert sending.send_due() == len(letters)
    good = OutgoingMessage.objects.get(key="bonne")
    assert good.state == MessageState.SENT
    assert smtp.taken()[sending.message_id(good)] == 1


def test_a_line_cut_after_the_letter_sends_it_again_where_twice_is_better_than_never(smtp, reader):
    letter = _post(reader("drop@exemple.test"))
    sending.send_due()
    letter.refresh_from_db()
    assert letter.state == MessageState.PENDING
    _again()
    letter.refresh_from_db()
    assert letter.state == MessageState.SENT
    assert smtp.taken() == {sending.message_id(letter): 2}


def test_a_line_cut_after_the_letter_holds_it_where_never_is_better_than_twice(smtp, reader):
    letter = _post(reader("drop@exemple.test"), on_doubt=OnDoubt.HOLD)
    sending.send_due()
    assert _again() == 0
    letter.refresh_from_db()
    assert letter.state == MessageState.HELD
    assert smtp.taken() == {sending.message_id(letter): 1}


@pytest.mark.parametrize(
    ("on_doubt", "state"), [(OnDoubt.RESEND, MessageState.PENDING), (OnDoubt.HOLD, MessageState.HELD)]
)
def test_a_server_that_falls_silent_after_the_letter_is_waited_for_a_while_only(on_doubt, state, smtp, reader):
    letter = _post(reader("slow@exemple.test"), on_doubt=on_doubt)
    quick = _post(reader("bonne@exemple.test"), key="another")
    sending.send_due()
    letter.refresh_from_db()
    quick.refresh_from_db()
    assert (letter.state, quick.state) == (state, MessageState.SENT)


def test_a_server_that_is_down_burns_no_attempt_and_is_found_again(smtp, reader, settings):
    letters = [_post(reader(f"jeune{number}@exemple.test"), key=str(number)) for number in range(5)]
    smtp.program.kill()
    for _ in range(sending.MOST_ATTEMPTS + 2):
        assert _again() == 0
    assert set(OutgoingMessage.objects.values_list("state", "attempts")) == {(MessageState.PENDING, 0)}

    smtp.program.start()
    smtp.wait()
    assert _again() == len(letters)
    assert smtp.taken() == {sending.message_id(letter): 1 for letter in letters}
    assert set(OutgoingMessage.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}


def test_refused_credentials_pause_the_sending_and_burn_no_letter(mail_server, reader, settings):
    send_to(mail_server(refuses_login=True), settings)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "tandem", "not the password"
    _post(reader("jeune@exemple.test"))
    assert sending.send_due() == 0
    letter = OutgoingMessage.objects.get()
    assert (letter.state, letter.attempts) == (MessageState.PENDING, 0)
    assert OutgoingMessage.objects.filter(retry_at__gt=Now()).exists()
    assert sending.send_due() == 0


def test_a_server_that_hangs_up_on_every_letter_loses_none(smtp, reader):
    """Many lines cut in a row: each letter after the broken one gets a line of its own."""
    readers = [factories.user(email="drop@exemple.test")]
    readers += [reader(f"jeune{number}@exemple.test") for number in range(3)]
    for number, to in enumerate(readers):
        _post(to, key=str(number))
    sending.send_due()
    _again()
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert len(smtp.taken()) == 4


def test_a_server_that_hangs_up_with_421_puts_no_other_letter_in_doubt(smtp, reader):
    refused = _post(reader("421-rcpt@exemple.test"))
    other = _post(reader("jeune@exemple.test"), key="another", on_doubt=OnDoubt.HOLD)
    sending.send_due()
    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, other.state) == (MessageState.PENDING, MessageState.SENT)


def test_a_server_that_dies_in_the_middle_of_a_batch_leaves_the_rest_untouched(smtp, reader):
    last_taken = _post(reader("die@exemple.test"))
    rest = [_post(reader(f"jeune{number}@exemple.test"), str(number), OnDoubt.HOLD) for number in range(3)]
    assert sending.send_due() == 1
    last_taken.refresh_from_db()
    assert (last_taken.state, last_taken.attempts) == (MessageState.PENDING, 1)
    untouched = OutgoingMessage.objects.filter(pk__in=[letter.pk for letter in rest])
    assert set(untouched.values_list("state", "attempts")) == {(MessageState.PENDING, 0)}


def test_a_slow_server_ends_the_batch_in_time_and_the_rest_goes_back_untouched(smtp, reader, monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SECONDS", 0)
    for number in range(3):
        _post(reader(f"jeune{number}@exemple.test"), key=str(number))
    assert sending.send_due() == 1
    assert sorted(OutgoingMessage.objects.values_list("state", "attempts")) == [
        (MessageState.PENDING, 0),
        (MessageState.PENDING, 0),
        (MessageState.SENT, 1),
    ]
    assert [sending.send_due() for _ in range(3)] == [1, 1, 0]
    assert len(smtp.taken()) == 3


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_relay_whose_clock_is_an_hour_wrong_steals_no_letter(hours, programs, mail_server, reader):
    server = mail_server()
    old = clock.now() - timedelta(hours=3)
    for key in ("held by another", "abandoned", "free"):
        person = reader(f"{key[:4]}@exemple.test")
        outbox.post("partnership/sign_in_code", key=key, about=person, to=person, due=old)
    _lease("held by another", seconds=100)
    _lease("abandoned", seconds=-1)

    relay = programs(
        "manage.py",
        "relay",
        "--once",
        "--patience",
        "0",
        EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        CLOCK_SHIFT=str(hours * 3600),
    )
    assert relay.process.wait(60) == 0

    states = dict(OutgoingMessage.objects.values_list("key", "state"))
    assert states == {
        "held by another": MessageState.SENDING,
        "abandoned": MessageState.SENT,
        "free": MessageState.SENT,
    }
    assert sorted(address for _ident, address, _answer in server.lines()) == [
        "aban@exemple.test",
        "free@exemple.test",
    ]


def _lease(key, *, seconds):
    OutgoingMessage.objects.filter(key=key).update(
        state=MessageState.SENDING,
        lease_token="6f2b1a52-90a5-4a2c-b8a4-0e4f3f1a7a10",
        lease_until=Now() + timedelta(seconds=seconds),
        attempts=1,
    )

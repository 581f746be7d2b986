"""Letters: written once with the deed, escaped in both forms, changed one's mind about, sent or kept."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from partnership import clock, links, outbox, sending
from partnership.models import AccessLink, OutgoingMessage, ref
from partnership.states import MessageState, OnDoubt
from placements.states import ANSWER
from tests import factories

pytestmark = pytest.mark.django_db
CODE = "partnership/sign_in_code"
SIGNED = "partnership/convention_signed"


def _post(to, key="an event", template=CODE, **more):
    if template == CODE:
        more = {"secret": "493 817"} | more
    if template == SIGNED:
        more = {"convention": "Convention", "signed_on": date(2026, 3, 20), "address": "https://x.test/"} | more
    outbox.post(template, key=key, about=to, to=to, **more)
    return OutgoingMessage.objects.get(key=key)


@pytest.fixture
def reader():
    return factories.user(name="Inès d’Arc")


# -- writing ------------------------------------------------------------------------------------------------------


def test_one_event_is_one_letter_however_often_it_is_told(reader):
    first = _post(reader, secret="111 111")
    again = _post(reader, secret="222 222")
    assert again == first
    assert again.secret == "111 111"


def test_a_deed_that_fails_takes_its_letter_back(reader):
    with pytest.raises(IntegrityError), transaction.atomic():
        _post(reader)
        raise IntegrityError
    assert not OutgoingMessage.objects.exists()


def test_a_letter_is_written_in_its_readers_language(reader):
    english = factories.user(language="en")
    assert _post(reader).subject.startswith("Votre code")
    assert _post(english, key="another").subject.startswith("Your Tandem")


def test_the_text_says_what_was_typed_and_the_html_shows_it_without_obeying(reader):
    letter = _post(reader, template=SIGNED, convention="<script>alert(1)</script> **gras** & [ici](https://mal.test)")
    assert "<script>alert(1)</script> **gras** & " in letter.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **gras** &amp; [ici](https://mal.test)" in letter.html
    assert "<script" not in letter.html
    assert 'href="https://mal.test' not in letter.html


def test_the_html_form_is_html(reader):
    letter = _post(reader, template=SIGNED)
    assert "<p" in letter.html
    assert "&lt;p" not in letter.html
    assert 'href="https://x.test/"' in letter.html
    assert "https://x.test/" in letter.text
    assert "](" not in letter.text


def test_a_line_break_in_a_name_adds_no_header(reader):
    reader.full_name = "Inès\r\nBcc: espion@mal.test"
    letter = _post(reader, template=SIGNED, convention="Une\r\nBcc: espion@mal.test")
    assert "\n" not in letter.subject
    sending.send_due()
    (sent,) = mail.outbox
    assert sent.recipients() == [reader.email]
    assert sent.message()["Bcc"] is None


def test_the_worker_is_rung_once_for_all_the_letters_of_a_deed(reader, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung, transaction.atomic():
        for number in range(5):
            _post(reader, key=str(number))
    assert rung == [outbox.ring]


def test_a_deed_undone_in_part_still_rings_for_the_rest(reader, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung, transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            _post(reader, key="undone")
            raise IntegrityError
        _post(reader, key="kept")
    assert rung == [outbox.ring]


# -- the link and the secret --------------------------------------------------------------------------------------


def test_a_link_is_made_only_as_the_letter_leaves_and_only_its_hash_is_kept(reader):
    letter = _link_letter(reader)
    assert not AccessLink.objects.exists()
    assert outbox.LINK_MARK in letter.text

    sending.send_due()

    (sent,) = mail.outbox
    (link,) = AccessLink.objects.all()
    token = _token_in(sent.body)
    assert token in sent.alternatives[0].content
    assert links.find(token, "test") == link
    letter.refresh_from_db()
    kept = letter.text + letter.html + str(AccessLink.objects.values().get())
    assert token not in kept
    assert outbox.LINK_MARK not in sent.body + sent.alternatives[0].content


def test_the_life_of_a_link_is_counted_from_the_sending(reader):
    _link_letter(reader)
    with clock.travel(clock.now() + timedelta(days=20)):
        sending.send_due()
        assert AccessLink.objects.get().expires_at == clock.now() + timedelta(days=3)


@pytest.fixture(autouse=True)
def _purpose(monkeypatch):
    monkeypatch.setitem(links.PURPOSES, "test", links.Purpose("test", "cohorts:application_resume", days=3))


def _link_letter(reader):
    return _post(reader, template=SIGNED, address=outbox.LINK_MARK, link=("test", reader))


def _token_in(body):
    (address,) = [word for word in body.split() if word.startswith("http")]
    return address.rstrip("/").rpartition("/")[2]


def test_a_secret_is_in_the_letter_that_leaves_and_nowhere_afterwards(reader):
    letter = _post(reader, secret="493 817")
    assert "493 817" not in letter.text + letter.html
    sending.send_due()
    (sent,) = mail.outbox
    assert "493 817" in sent.body
    assert "493 817" in sent.alternatives[0].content
    letter.refresh_from_db()
    assert letter.secret == ""
    assert outbox.SECRET_MARK in letter.text


def test_a_cancelled_letter_forgets_its_secret(reader):
    letter = _post(reader)
    assert outbox.cancel(key=letter.key) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.secret) == (MessageState.CANCELLED, "")


# -- changing one's mind ------------------------------------------------------------------------------------------


def test_a_letter_that_has_left_is_not_cancelled(reader):
    letter = _post(reader)
    sending.send_due()
    assert outbox.cancel(key=letter.key) == 0


def test_cancelling_a_file_cancels_its_letters_and_no_other(reader):
    other = factories.user()
    _post(reader)
    _post(reader, key="another of the same file")
    kept = _post(other, key="of another file")
    assert outbox.cancel(about=reader) == 2
    assert sending.send_due() == 1
    kept.refresh_from_db()
    assert kept.state == MessageState.SENT


def test_a_letter_waits_for_its_day_and_leaves_on_it(reader):
    _post(reader, due=clock.now() + timedelta(minutes=10))
    assert sending.send_due() == 0
    with clock.travel(clock.now() + timedelta(minutes=11)):
        assert sending.send_due() == 1


def test_a_hastened_letter_leaves_at_once_and_only_while_it_waits(reader):
    letter = _post(reader, due=clock.now() + timedelta(minutes=10))
    assert outbox.hasten(letter.key)
    assert sending.send_due() == 1
    assert not outbox.hasten(letter.key)


def test_the_relay_leaves_a_fresh_letter_to_the_worker(reader):
    _post(reader)
    assert sending.send_due(patience=timedelta(seconds=60)) == 0
    with clock.travel(clock.now() + timedelta(seconds=61)):
        assert sending.send_due(patience=timedelta(seconds=60)) == 1


# -- sending ------------------------------------------------------------------------------------------------------


def test_a_letter_carries_both_forms_and_the_same_id_at_each_attempt(reader, settings):
    letter = _post(reader, reply_to="claire@exemple.test")
    sending.send_due()
    OutgoingMessage.objects.update(state=MessageState.PENDING)
    sending.send_due()
    first, second = (sent.message() for sent in mail.outbox)
    assert first["Message-ID"] == second["Message-ID"] == f"<letter-{letter.pk}@tandem.example>"
    assert [part.get_content_type() for part in first.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert first["Reply-To"] == "claire@exemple.test"


def test_an_abandoned_letter_is_taken_over_once_its_lease_is_over(reader):
    letter = _post(reader)
    _leased(letter, minutes=1)
    assert sending.send_due() == 0
    _leased(letter, minutes=-1)
    assert sending.send_due() == 1


def test_a_letter_that_may_have_left_is_held_where_a_person_decides(reader):
    letter = _post(reader, on_doubt=OnDoubt.HOLD)
    _leased(letter, minutes=-1, handed_over=True)
    assert sending.send_due() == 0
    letter.refresh_from_db()
    assert letter.state == MessageState.HELD
    assert outbox.send_again(letter)
    assert sending.send_due() == 1


def test_a_lease_that_ends_while_letters_are_claimed_lets_no_letter_in_doubt_leave(reader):
    letter = _post(reader, on_doubt=OnDoubt.HOLD)
    _leased(letter, minutes=1, handed_over=True)

    def the_lease_ends_before_the_letters_are_chosen(execute, sql, params, many, context):
        if "SKIP LOCKED" in sql:
            execute(f"UPDATE {OutgoingMessage._meta.db_table} SET lease_until = now()", None, False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(the_lease_ends_before_the_letters_are_chosen):
        assert sending.send_due() == 0
    assert mail.outbox == []
    assert sending.send_due() == 0
    letter.refresh_from_db()
    assert letter.state == MessageState.HELD


def test_a_letter_that_cannot_have_left_is_not_held(reader):
    letter = _post(reader, on_doubt=OnDoubt.HOLD)
    _leased(letter, minutes=-1, handed_over=False)
    assert sending.send_due() == 1


def test_whoever_lost_the_lease_sends_nothing(reader):
    letter = _post(reader)
    (claimed,) = sending._claim(10, timedelta(0))
    _leased(letter, minutes=1)
    with mail.get_connection() as line:
        sending._deliver(claimed, line)
    assert mail.outbox == []


def test_a_letter_that_cannot_be_built_waits_and_stops_no_other(reader):
    broken = _post(reader, key="broken", link=("no such purpose", reader), due=clock.now() - timedelta(minutes=1))
    good = _post(reader, key="good")
    assert sending.send_due() == 2
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, good.state) == (MessageState.PENDING, MessageState.SENT)
    assert broken.last_error.startswith("KeyError")
    assert broken.retry_at is not None


def test_after_ten_attempts_a_letter_is_dead(reader):
    broken = _post(reader, link=("no such purpose", reader))
    for _ in range(sending.MOST_ATTEMPTS):
        OutgoingMessage.objects.update(retry_at=None)
        sending.send_due()
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == (MessageState.DEAD, sending.MOST_ATTEMPTS)


def test_a_dead_letter_sent_again_starts_afresh(reader):
    letter = _post(reader)
    OutgoingMessage.objects.update(state=MessageState.DEAD, attempts=10)
    assert outbox.send_again(letter)
    assert not outbox.send_again(letter)
    sending.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (MessageState.SENT, 1)


def test_a_lease_lives_by_the_databases_clock_and_not_by_ours(reader):
    letter = _post(reader)
    with clock.travel(clock.now() + timedelta(hours=1)):
        sending._claim(10, timedelta(0))
        letter.refresh_from_db()
        real = OutgoingMessage.objects.annotate(real=Now()).get().real
    assert abs(letter.lease_until - real - sending.LEASE) < timedelta(seconds=5)


def test_the_database_refuses_a_letter_being_sent_without_a_lease(reader):
    letter = _post(reader)
    with pytest.raises(IntegrityError, match="a_letter_is_leased_exactly_while_it_is_sent"):
        OutgoingMessage.objects.filter(pk=letter.pk).update(state=MessageState.SENDING)


def _leased(letter, *, minutes, handed_over=False):
    OutgoingMessage.objects.filter(pk=letter.pk).update(
        state=MessageState.SENDING,
        lease_token="6f2b1a52-90a5-4a2c-b8a4-0e4f3f1a7a10",
        lease_until=Now() + timedelta(minutes=minutes),
        handed_over=handed_over,
    )


def test_a_hosts_letter_names_the_host_and_not_the_company_address():
    site = factories.site()
    letter = _post(site, link=None)
    assert (letter.to_ref, letter.to_email, letter.to_name) == (ref(site), site.contact_email, site.contact_name)
    assert ANSWER in links.PURPOSES


def test_the_text_form_carries_no_sign_of_its_markup():
    _subject, text, html = outbox.render("partnership/sign_in_code", "fr", {"name": "Noé"})
    assert outbox.SECRET_MARK in text and "**" not in text
    assert "<strong" in html

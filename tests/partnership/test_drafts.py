"""Letters that wait for somebody: read before they are written, changed by hand, written anew, thrown away, sent."""

from datetime import datetime

import pytest
from django.core import mail

from cohorts.states import FOLLOW
from partnership import clock, outbox, sending, services
from partnership.models import AccessLink, JournalEntry, OutgoingMessage, ref
from partnership.outbox import LINK_MARK
from partnership.states import MessageState
from partnership.workflow import Refused, Stale
from tests import factories

pytestmark = pytest.mark.django_db
TEMPLATE = "placements/follow_link"
CHANGED = f"Bonjour Inès,\n\nVenez mardi.\n\nSuivre ma candidature\u00a0: {LINK_MARK}\n\nClaire"


@pytest.fixture
def file():
    return factories.application(of=factories.candidate(first_name="Inès"))


def _post(file, **more):
    said = {"key": "an event", "about": file, "to": file.candidate, "link": (FOLLOW, file)} | more
    outbox.post(TEMPLATE, reference=file.reference, programme="CS ACVD", **said)


@pytest.fixture
def draft(file):
    _post(file, is_draft=True)
    return OutgoingMessage.objects.get()


def _change(draft, recruiter, **said):
    said = {"subject": "Mardi", "text": CHANGED, "version": draft.version} | said
    services.edit_letter(draft, by=recruiter, **said)


def test_a_draft_does_not_leave_until_somebody_sends_it(draft, recruiter, django_capture_on_commit_callbacks):
    assert sending.send_due() == 0
    with django_capture_on_commit_callbacks() as rung:
        services.send_letter(draft, by=recruiter)
    assert rung == [outbox.ring]
    with clock.travel(draft.due_at):
        assert sending.send_due() == 1
    draft.refresh_from_db()
    assert draft.state == MessageState.SENT


def test_a_draft_sent_at_night_waits_for_the_morning(draft, recruiter):
    with clock.travel(datetime(2027, 3, 20, 22, tzinfo=clock.PARIS)):  # a Saturday
        services.send_letter(draft, by=recruiter)
    assert draft.due_at == datetime(2027, 3, 22, 8, 30, tzinfo=clock.PARIS)


def test_a_changed_draft_leaves_as_it_was_changed_with_its_link(draft, recruiter):
    _change(draft, recruiter)
    services.send_letter(draft, by=recruiter)
    with clock.travel(draft.due_at):
        sending.send_due()
    (sent,) = mail.outbox
    html = sent.alternatives[0].content
    assert sent.subject == "Mardi"
    assert "Venez mardi." in sent.body and "Venez mardi." in html
    assert AccessLink.objects.count() == 1
    assert LINK_MARK not in sent.body + html
    assert 'class="button"' in html and html.count("/suivi/") == sent.body.count("/suivi/") == 1


def test_what_was_changed_is_journalled_in_the_file(draft, recruiter, file):
    _change(draft, recruiter)
    line = JournalEntry.objects.get(subject=ref(draft))
    assert (line.about, line.after, line.actor_ref) == (ref(file), "edited", str(recruiter.pk))


def test_a_draft_keeps_its_personal_link(draft, recruiter):
    with pytest.raises(Refused):
        _change(draft, recruiter, text="Bonjour, venez mardi.")


def test_two_people_do_not_change_a_draft_over_each_other(draft, recruiter):
    shown = draft.version
    _change(draft, recruiter)
    with pytest.raises(Stale):
        _change(draft, recruiter, text=CHANGED + " !", version=shown)
    with pytest.raises(Stale):
        services.send_letter(draft, by=recruiter, version=shown)


@pytest.mark.parametrize(
    "typed",
    [
        "[ici](https://mal.test)",
        "<a href='https://mal.test'>ici</a>",
        "<https://mal.test>",
        "Titre\n===",
        "    du code",
        "![x](https://mal.test/x.png)",
        "`code` **gras** # titre",
    ],
)
def test_what_is_typed_into_a_draft_is_shown_and_not_obeyed(typed):
    html = outbox.html_of("Objet", f"Bonjour,\n\n{typed}\n\nClaire", "fr")
    inside = html.partition('<p class="mark"')[2].partition('class="foot"')[0]
    assert "mal.test" not in inside.replace("&lt;", "<") or 'href="https://mal.test' not in inside
    assert not any(tag in inside for tag in ("<a ", "<img", "<h1", "<h2", "<code", "<pre", "<strong"))


def test_a_changed_letter_keeps_its_quotation_its_list_and_its_lines():
    html = outbox.html_of("Objet", f"> Répondez\n\n- un\n- deux\n\nl'un\nl'autre, par {LINK_MARK} ou non", "fr")
    assert "<blockquote" in html and html.count("<li") == 2 and "<br" in html
    assert f'<a href="{LINK_MARK}"' in html


def test_a_draft_written_anew_forgets_what_was_changed(draft, recruiter, file):
    _change(draft, recruiter)
    with outbox.proofs() as proofs:
        _post(file)
    services.rewrite_letter(draft, proofs[0], by=recruiter, version=draft.version)
    draft.refresh_from_db()
    assert "Venez mardi" not in draft.text + draft.html and draft.subject != "Mardi"
    assert draft.state == MessageState.DRAFT


def test_a_draft_thrown_away_never_leaves(draft, recruiter):
    services.discard_letter(draft, by=recruiter, version=draft.version)
    assert draft.state == MessageState.CANCELLED
    assert sending.send_due() == 0


@pytest.mark.parametrize("deed", ["send_letter", "discard_letter"])
def test_what_is_no_draft_is_none_of_this(draft, recruiter, deed):
    services.send_letter(draft, by=recruiter)
    with pytest.raises(Refused):
        getattr(services, deed)(draft, by=recruiter)
    with pytest.raises(Refused):
        _change(draft, recruiter)


def test_a_proof_is_the_letter_itself_and_leaves_no_trace(file, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung, outbox.proofs() as proofs:
        _post(file)
    assert not OutgoingMessage.objects.exists() and rung == []
    _post(file)
    written = OutgoingMessage.objects.get()
    (proof,) = proofs
    assert (proof.subject, proof.text, proof.html) == (written.subject, written.text, written.html)

"""The development page that shows the letters which really left."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.urls import reverse

from config import caught_mail

FIRST, SECOND = "1813000000000000000-aaaaaa", "1813000000000000001-bbbbbb"


@pytest.fixture
def box(tmp_path, settings) -> Path:
    settings.MAILBOX_DIR = str(tmp_path)
    return tmp_path


def _catch(
    box: Path, name: str, *, to: str = "jeune@exemple.test", subject: str = "Votre candidature", html: bool = True
):
    letter = EmailMessage()
    letter["To"], letter["Subject"] = to, subject
    letter.set_content("Bonjour,\n\nRépondre : http://localhost/fr/suivi/abc/\n\n<script>alert(1)</script>")
    if html:
        letter.add_alternative("<html lang=fr><body style='color:#111'><h1>Bonjour</h1></body></html>", subtype="html")
    (box / f"{name}.eml").write_bytes(letter.as_bytes())


def test_letters_come_newest_first_with_who_and_what(box, client):
    _catch(box, FIRST, subject="La première")
    _catch(box, SECOND, subject="La réception est confirmée")
    assert [letter.subject for letter in caught_mail.newest()] == ["La réception est confirmée", "La première"]
    page = client.get(reverse("mailbox")).content.decode()
    assert page.index("La réception est confirmée") < page.index("La première")
    assert "jeune@exemple.test" in page


def test_letters_are_found_by_recipient_or_subject(box):
    _catch(box, FIRST, to="Un <un@exemple.test>")
    _catch(box, SECOND, to="Deux <deux@exemple.test>", subject="Entretien")
    assert [letter.name for letter in caught_mail.newest("UN@")] == [FIRST]
    assert [letter.name for letter in caught_mail.newest("entretien")] == [SECOND]
    assert caught_mail.newest("personne") == []


def test_a_letter_is_read_as_text_with_links_to_follow_and_nothing_to_run(box, client):
    _catch(box, FIRST)
    page = client.get(reverse("mailbox_letter", args=[FIRST])).content.decode()
    assert '<a href="http://localhost/fr/suivi/abc/"' in page
    assert "<script>" not in page
    assert reverse("mailbox_letter_html", args=[FIRST]) in page


def test_the_html_form_allows_its_inline_styles_and_nothing_else(box, client):
    _catch(box, FIRST)
    response = client.get(reverse("mailbox_letter_html", args=[FIRST]))
    assert "<h1>Bonjour</h1>" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_a_letter_without_html_offers_none(box, client):
    _catch(box, FIRST, html=False)
    page = client.get(reverse("mailbox_letter", args=[FIRST])).content.decode()
    assert reverse("mailbox_letter_html", args=[FIRST]) not in page


@pytest.mark.parametrize("name", ["1-c", "..", "..%2F..%2Fsecret", "passwd", "1813000000000000000-aaaaaa.eml"])
def test_no_other_file_can_be_read(box, client, name):
    _catch(box, FIRST)
    (box.parent / "secret.eml").write_text("To: x\n\nsecret")
    assert client.get(f"/fr/boite/{name}/").status_code == 404


def test_without_a_mailbox_the_page_says_that_there_is_no_letter(client, settings):
    settings.MAILBOX_DIR = ""
    assert "Aucun courriel" in client.get(reverse("mailbox")).content.decode()
    assert client.get(reverse("mailbox_letter", args=[FIRST])).status_code == 404

"""What PostgreSQL could not keep is refused at the door, in the language of the address."""

import pytest


@pytest.mark.parametrize(("language", "words"), [("fr", '<html lang="fr"'), ("en", '<html lang="en"')])
@pytest.mark.parametrize("before", ["/fr/", "/en/"])
def test_the_refusal_is_told_in_the_language_of_the_address(client, db, language, words, before):
    # Whatever page the same thread has just drawn.
    client.get(before)
    response = client.get(f"/{language}/", {"q": "\x00"})
    assert response.status_code == 400
    assert words in response.content.decode()

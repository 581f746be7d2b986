"""What no browser sends and PostgreSQL could not keep is refused at the door, in the language of the address."""

import json
import time
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from config.wsgi import application as entrance

pytestmark = pytest.mark.django_db
IN = [("fr", '<html lang="fr"'), ("en", '<html lang="en"')]
FORM = "/fr/postuler/acvd/moi/"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def multipart(*parts: bytes) -> tuple[bytes, str]:
    body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
    return body, "multipart/form-data; boundary=limit"


def a_field(name: bytes = b"last_name", value: bytes = b"Martin", more: bytes = b"") -> bytes:
    return b'Content-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value


@pytest.mark.parametrize(("language", "words"), IN)
@pytest.mark.parametrize("before", ["/fr/", "/en/"])
def test_the_refusal_is_told_in_the_language_of_the_address(visitor, language, words, before):
    # Whatever page the same thread has just drawn.
    visitor.get(before)
    response = visitor.get(f"/{language}/", {"q": "\x00"})
    assert response.status_code == 400
    assert words in response.content.decode()


@pytest.mark.parametrize("query", ["x=%00", "%00=x", "x=1&x=a%00b"])
def test_a_nul_in_the_address_is_refused(visitor, query):
    assert visitor.get(f"/fr/?{query}").status_code == 400
    assert visitor.get("/fr/%00").status_code == 400


@pytest.mark.parametrize(
    "part",
    [
        a_field(value=b"a\0b"),
        a_field(name=b"a\0b"),
        a_field(name=b"a\0b", more=b'; filename="a.pdf"'),
    ],
)
@pytest.mark.parametrize(("language", "words"), IN)
def test_a_nul_in_a_part_of_a_form_is_refused(visitor, part, language, words):
    body, kind = multipart(part)
    response = visitor.post(f"/{language}/connexion/", body, content_type=kind)
    assert (response.status_code, words in response.content.decode()) == (400, True)


@pytest.mark.parametrize("name", ["HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ACCEPT_LANGUAGE", "HTTP_X_ANYTHING"])
def test_a_nul_in_a_header_is_refused(visitor, name):
    assert visitor.get("/fr/", headers={}, **{name: "a\0b"}).status_code == 400


@pytest.mark.parametrize("value", ['"aaaaaaaa\\000"', "aaaaaaaaé\ud800", "a" * 5_000, '"\\', "=;=;"])
@pytest.mark.parametrize(
    "name", [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "django_language", "messages"]
)
def test_a_cookie_with_impossible_text_is_as_if_it_had_not_come(visitor, name, value):
    """The octal escapes of a quoted cookie make a NUL: the session's query would fail on it, and on every page."""
    visitor.cookies.load({})
    asked = {"HTTP_COOKIE": f"{name}={value}".encode("utf-8", "surrogatepass").decode("latin-1")}
    assert visitor.get("/fr/", **asked).status_code == 200
    assert visitor.get("/fr/accueil/", **asked).status_code == 302
    assert visitor.post("/fr/connexion/", {"login": "a@exemple.test", "password": "x"}, **asked).status_code == 422


def at_the_entrance(asked: dict) -> tuple[str, bytes]:
    """The status and the page of the entrance that the server uses: the test client makes its requests behind it."""
    told: list[str] = []
    page = b"".join(entrance(asked, lambda status, headers, problem=None: told.append(status)))
    return told[0], page


@pytest.mark.parametrize(
    "charset", ["hex", "zlib", "rot13", "idna", "punycode", "utf-7", "unicode_escape", "undefined", "utf-16", "latin-1"]
)
@pytest.mark.parametrize("form", ["charset={}", 'CharSet="{}"', "charset*=utf-8''{}", "charset*0={}"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded; {}", "multipart/form-data; boundary=limit; {}"])
def test_an_encoding_that_is_no_forms_is_refused(charset, form, kind):
    """Python has codecs that decode no text, and Django reads the address by them before any middleware."""
    for method in ("GET", "POST"):
        asked = RequestFactory().generic(method, "/fr/connexion/?q=%ff%2BAA-", b"a=b", content_type="x/y").environ
        asked["CONTENT_TYPE"] = kind.format(form.format(charset))
        status, page = at_the_entrance(asked)
        assert (status, b'<html lang="fr"' in page) == ("400 Bad Request", True)


def test_a_form_that_says_utf_8_is_read(visitor):
    for name in ("utf-8", "UTF-8", '"utf-8"'):
        kind = f"application/x-www-form-urlencoded; charset={name}"
        asked = RequestFactory().generic("POST", "/fr/connexion/", b"login=%C3%A9", content_type=kind).environ
        assert at_the_entrance(asked)[0] != "400 Bad Request"


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=no-such-charset",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "text/html",
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\u00e9",
        "multipart/form-data; boundary=" + "x" * 5_000,
        "multipart/mixed; boundary=limit",
        "application/json",
        "application/octet-stream",
        "a" * 10_000,
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"a=%ED%A0%80&=&&%",
        b"a=b",
        multipart(a_field())[0],
        multipart(a_field())[0][:40],
        multipart(b"no-head\r\n\r\n")[0],
        multipart(a_field(more=b'; filename="../../etc/passwd"'))[0],
        multipart(a_field(more=b'; filename="a\r\nSet-Cookie: x=1"'))[0],
        multipart(b"Content-Transfer-Encoding: base64\r\n" + a_field(value=b"!!!"))[0],
        json.dumps({"a": "\ud800"}).encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_form_is_told_so(visitor, kind, body):
    response = visitor.generic("POST", "/fr/connexion/", body, content_type=kind)
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize("length", ["-1", "abc", "²", "9" * 5_000, "99999999999", ""])
def test_a_length_that_is_none_is_no_failure_of_ours(visitor, length):
    response = visitor.generic(
        "POST", "/fr/connexion/", b"login=a", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH=length
    )
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize(("language", "words"), IN)
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"&".join(b"f%d=1" % number for number in range(1_001)), "application/x-www-form-urlencoded", 400),
        (*multipart(*(a_field(name=b"f%d" % number) for number in range(1_001))), 400),
        (*multipart(*(a_field(name=b"f", more=b'; filename="%d"' % number) for number in range(101))), 400),
        (b"q=" + b"x" * 3 * 1024 * 1024, "application/x-www-form-urlencoded", 413),
        (b"q=" + b"x" * 5 * 1024 * 1024, "application/x-www-form-urlencoded", 413),
        (*multipart(a_field(value=b"x" * 3 * 1024 * 1024)), 413),
        (*multipart(a_field(more=b'; filename="a"', value=b"x" * 5 * 1024 * 1024)), 413),
    ],
    ids=["fields", "parts", "files", "a long field", "a very long field", "a long part", "a long file"],
)
def test_too_much_is_refused_in_the_language_of_the_address(visitor, language, words, body, kind, status):
    response = visitor.post(f"/{language}/connexion/", body, content_type=kind)
    assert (response.status_code, words in response.content.decode()) == (status, True)


def test_too_many_parameters_are_refused(visitor):
    assert visitor.get("/fr/?" + "&".join(f"f{number}=1" for number in range(1_001))).status_code == 400


def test_a_body_whose_length_is_not_told_is_refused_unread(visitor):
    response = visitor.generic("POST", "/en/connexion/", b"", HTTP_TRANSFER_ENCODING="chunked")
    assert response.status_code == 411
    assert '<html lang="en"' in response.content.decode()


@pytest.mark.parametrize(
    "method", ["TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO", "get", "X" * 5_000, "OPTIONS"]
)
@pytest.mark.parametrize("name", ["front", "account_login", "home", "cohorts:application_list", "admin:index"])
def test_a_method_that_nobody_expects_changes_nothing(visitor, administrator, client_of, method, name):
    for client in (visitor, client_of(administrator)):
        client.raise_request_exception = False
        response = client.generic(method, reverse(name))
        assert response.status_code < 500
        assert not response.wsgi_request.POST


def test_a_heap_of_accents_in_a_form_costs_no_time(visitor):
    began = time.perf_counter()
    heap = "a" + "\u0301\u0327" * 200_000
    for name in ("login", "q"):
        assert visitor.post("/fr/connexion/", {name: heap, "password": "x"}).status_code < 500
    visitor.get("/fr/boite/", {"q": heap[:20_000]})
    assert time.perf_counter() - began < 10


def test_a_file_that_nobody_asked_for_is_not_kept(visitor):
    sent = {"login": "a@exemple.test", "paper": BytesIO(b"x" * 100)}
    assert visitor.post("/fr/connexion/", sent).status_code == 422

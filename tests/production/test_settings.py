"""What the settings refuse outside development, and how each entrance says it."""

import os
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .conftest import PRODUCTION

ROOT = Path(settings.BASE_DIR)
PROGRAMS = Path(sys.executable).parent


def refused(read, **changes: str | None) -> str:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**changes)
    return str(refusal.value)


def test_production_starts_with_what_it_needs(read):
    assert read()["DEVELOPMENT"] is False


def test_one_sentence_names_everything_that_is_missing(read):
    nothing = dict.fromkeys(PRODUCTION)
    sentence = refused(read, **nothing)
    assert sentence == f"Tandem does not start: these variables are missing: {', '.join(PRODUCTION)}."


@pytest.mark.parametrize("name", PRODUCTION)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_each_variable_is_missed_alone(read, name, value):
    assert refused(read, **{name: value}) == f"Tandem does not start: these variables are missing: {name}."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"CLOCK_SHIFT": "60"}, "CLOCK_SHIFT"),
        ({"MAILBOX_DIR": "/tmp/letters"}, "MAILBOX_DIR"),  # noqa: S108 (never opened)
        ({"SECRET_KEY": "short"}, "SECRET_KEY is"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is"),
        ({"SECRET_KEY": "django-insecure-" + "0123456789" * 5}, "SECRET_KEY is"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS"),
        ({"PUBLIC_URL": "http://tandem.example"}, "not https"),
        ({"PUBLIC_URL": "https://tandem.example/site"}, "not https"),
        ({"PUBLIC_URL": "https://other.example"}, "ALLOWED_HOSTS"),
        ({"TRUSTED_PROXIES": "*"}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": "10.0.0.1,proxy"}, "TRUSTED_PROXIES"),
        ({"DATABASE_URL": "sqlite:////data/db"}, "PostgreSQL"),
        ({"CLAMAV_URL": "clamav:3310"}, "CLAMAV_URL"),
        ({"CLAMAV_URL": "tcp://"}, "CLAMAV_URL"),
        ({"CLAMAV_URL": "tcp://clamav:port"}, "CLAMAV_URL"),
        ({"CLAMAV_URL": "unix://"}, "CLAMAV_URL"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
        ({"EMAIL_URL": "anymail+nobody://?api_key=x"}, "EMAIL_URL"),
        ({"EMAIL_URL": "anymail+brevo://?api_key=x"}, "MAIL_NEWS_SECRET"),
        ({"EMAIL_URL": "anymail+brevo://?api_key=x", "MAIL_NEWS_SECRET": "0123456789abcdef0123"}, "MAIL_NEWS_SECRET"),
        ({"EMAIL_URL": "anymail+brevo://?api_key=x", "MAIL_NEWS_SECRET": "a:b"}, "MAIL_NEWS_SECRET"),
        ({"MAIL_NEWS_FROM": "brevo"}, "MAIL_NEWS_SECRET"),
        ({"MAIL_NEWS_FROM": "nobody"}, "MAIL_NEWS_FROM"),
        ({"MAIL_NEWS_FROM": "a.b"}, "MAIL_NEWS_FROM"),
        ({"MAIL_NEWS_FROM": "mailersend", "MAIL_NEWS_SECRET": "a" * 9 + ":" + "b" * 10}, "its signing_secret"),
        (
            {"EMAIL_URL": "anymail+postal://?api_key=x", "MAIL_NEWS_SECRET": "a" * 9 + ":" + "b" * 10},
            "its webhook_key",
        ),
        ({"EMAIL_URL": "anymail+amazon-ses://", "MAIL_NEWS_SECRET": "a" * 9 + ":" + "b" * 10}, "boto3"),
        ({"DEFAULT_FROM_EMAIL": "Tandem"}, "DEFAULT_FROM_EMAIL"),
        ({"OPENING": "9:00"}, "OPENING"),
        ({"OPENING": "9,18"}, "OPENING"),
        ({"OPENING": "18:00,9:00"}, "OPENING"),
        ({"OPENING": "9:00,24:00"}, "OPENING"),
        ({"ROAD_FACTOR": "0.9"}, "ROAD_FACTOR"),
        ({"ROAD_FACTOR": "13"}, "ROAD_FACTOR"),
    ],
)
def test_what_would_be_dangerous_is_refused(read, changes, said):
    sentence = refused(read, **changes)
    assert said in sentence and ";" not in sentence


def test_several_refusals_are_one_sentence(read):
    sentence = refused(read, DEBUG="1", SECRET_KEY="short", PUBLIC_URL="http://other.example")
    assert sentence.count("; ") == 3 and sentence.count(".") == 1 and "\n" not in sentence


@pytest.mark.parametrize("url", ["", "tcp://clamav:3310", "tcp://clamav", "unix:///run/clamav/clamd.ctl"])
def test_a_virus_scanner_is_named_by_its_address(read, url):
    assert read(CLAMAV_URL=url)["CLAMAV_URL"] == url


def test_a_pool_leaves_what_the_address_asks_of_the_connection(read):
    made = read(DATABASE_URL=f"{PRODUCTION['DATABASE_URL']}?sslmode=require", DATABASE_POOL="7")
    options = made["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "require" and options["pool"]["max_size"] == 7


def test_the_hours_in_which_somebody_answers_are_chosen(read):
    assert read()["OPENING"] == [time(9), time(18)]
    assert read(OPENING="08:30,17:15")["OPENING"] == [time(8, 30), time(17, 15)]


def test_development_is_left_alone(read):
    kept = read(
        DEVELOPMENT="1",
        SECRET_KEY="short",
        PUBLIC_URL="http://127.0.0.1:8000",
        ALLOWED_HOSTS=None,
        DEFAULT_FROM_EMAIL=None,
        CLOCK_SHIFT="60",
    )
    assert kept["SECURE_SSL_REDIRECT"] is False and kept["SESSION_COOKIE_SECURE"] is False


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "manage.py", "migrate"],
        [sys.executable, "manage.py", "relay"],
        [PROGRAMS / "celery", "-A", "config", "worker"],
        [PROGRAMS / "celery", "-A", "config", "beat"],
        [
            PROGRAMS / "granian",
            "--interface",
            "wsgi",
            "--port",
            "0",
            "--log-level",
            "critical",
            "config.wsgi:application",
        ],
    ],
    ids=["migrate", "relay", "worker", "beat", "web"],
)
def test_every_entrance_ends_with_the_sentence_alone(command):
    without = {name: value for name, value in PRODUCTION.items() if name != "REDIS_URL"} | {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=ROOT, env=without, capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, None)
    assert done.stderr.splitlines() == ["Tandem does not start: these variables are missing: REDIS_URL."]


def test_django_finds_nothing_to_say_about_a_deployment():
    environment = PRODUCTION | {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout

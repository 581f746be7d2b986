"""Every setting of Tandem, in one file; every environment variable is read here, and only here."""

import importlib.util
import ipaddress
import tomllib
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
env = environ.Env()

# DEVELOPMENT opens the style page, the caught mail, the demonstration and the travelled clock, and nothing else.
DEVELOPMENT = env.bool("DEVELOPMENT", default=False)
_REQUIRED = [
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "PUBLIC_URL",
    "DEFAULT_FROM_EMAIL",
]
_WITH_A_DEFAULT_IN_DEVELOPMENT = {"ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL"} if DEVELOPMENT else set()
_missing = [name for name in _REQUIRED if name not in _WITH_A_DEFAULT_IN_DEVELOPMENT and not env.str(name, "").strip()]
if _missing:
    raise ImproperlyConfigured(f"Tandem does not start: these variables are missing: {', '.join(_missing)}.")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Former keys, after a rotation: what they signed stays valid until they are taken out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Addresses or networks of the proxies in front of us: only they may say whom they speak for (config/wsgi.py).
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".local" / "data")))
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")
# The folder of pg_dump and pg_restore, for backups; where it is empty they are looked for.
PG_BIN = env.str("PG_BIN", default="")
# Where each process but the web touches `alive-<process>` as it tells the database that it lives, for whoever looks
# after it on the same machine; nowhere when empty.
ALIVE_DIR = env.str("ALIVE_DIR", default="")
# Looks for viruses in papers: tcp://host:3310 or unix:///path of a clamd. Without one nobody looks.
CLAMAV_URL = env.str("CLAMAV_URL", default="")
# Whoever shows this token reads /metrics; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# The directory (best in memory) where several web processes of one machine add their figures up.
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")
# Administrators are told when the last backup is older than this, in hours; 0 says nothing about backups.
BACKUP_HOURS = env.int("BACKUP_HOURS", default=26)
# When somebody is there to answer, Monday to Friday in Paris but for public holidays: from, until (working_time.py).
try:
    OPENING = [datetime.strptime(text, "%H:%M").time() for text in env.list("OPENING", default=["9:00", "18:00"])]
except ValueError:
    OPENING = []
if len(OPENING) != 2 or OPENING[0] >= OPENING[1]:
    raise ImproperlyConfigured("Tandem does not start: OPENING is not two hours of a day, such as 9:00,18:00.")
# After so many working days without a deed in a file in which one is due, whoever follows it is written to, then the
# head of recruitment.
SILENCE_DAYS_OWNER = env.int("SILENCE_DAYS_OWNER", default=3)
SILENCE_DAYS_HEAD = env.int("SILENCE_DAYS_HEAD", default=7)
if not 1 <= SILENCE_DAYS_OWNER <= SILENCE_DAYS_HEAD <= 366:
    raise ImproperlyConfigured(
        "Tandem does not start: SILENCE_DAYS_OWNER and SILENCE_DAYS_HEAD are days from 1 to 366, the second no fewer."
    )
# What roads add to the way as the crow flies (partnership/distance.py): an assumption, not a measure.
ROAD_FACTOR = env.float("ROAD_FACTOR", default=1.3)
if not 1 <= ROAD_FACTOR <= 3:
    raise ImproperlyConfigured("Tandem does not start: ROAD_FACTOR is not a number from 1 to 3, such as 1.3.")
# Seconds by which clock.now() is ahead of the machine: the demonstration lives in June of its rentrée's year.
CLOCK_SHIFT = env.int("CLOCK_SHIFT", default=0)

# -- applications ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "placements",
    "cohorts",
    "programmes",
    "partnership",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django.forms",
    "crispy_forms",
    "csp",
]
MIDDLEWARE = [
    "config.metrics.measure_requests",
    "config.logs.each_request",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages leave compressed. What BREACH would guess is new in each of them: Django masks its token and pads the file.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.ask_no_device_for_anything",
    "config.middleware.refuse_large_bodies",
    "config.middleware.read_nobodys_session_for_a_probe",
    "config.middleware.forget_impossible_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.refuse_impossible_text",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sessions.EndOldSessions",
    "config.sessions.AskForSecondFactor",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "config.middleware.keep_personal_pages_out_of_caches",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.AnswerFailures",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.errors.form_too_old"
# A longer body than this is no form of ours, and is refused before it is read; pages that take files say how much.
REQUEST_LIMIT_BYTES = 4 * 1024 * 1024
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "partnership.templatetags.figures",
                "partnership.templatetags.fields",
                "partnership.templatetags.prose",
                "partnership.templatetags.ui",
                "placements.templatetags.hosts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "config.widgets.QuickWidgets"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("tandem",)
CRISPY_TEMPLATE_PACK = "tandem"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- data ------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True}
# A pool serves the web's threads; commands and workers hold one connection each and want none. Without its database a
# page says so after `timeout`; the pool's own pauses between two tries double up to `reconnect_timeout`, which bounds
# how long the site stays down once the database is back.
DATABASE_POOL = env.int("DATABASE_POOL", default=0)
if DATABASE_POOL:
    # Beside what the address itself asks for (?sslmode=require).
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 2,
        "max_size": DATABASE_POOL,
        "timeout": 3,
        "reconnect_timeout": 3,
    }
# Days for which things are kept that are needed no longer (partnership/retention.py): RETENTION_LETTERS_DAYS and so on.
RETENTION_DAYS = {
    name: env.int(f"RETENTION_{name.upper()}_DAYS", default=days)
    for name, days in {
        "letters": 365,  # bodies, after the letter has left or been given up; who was written what, and when, stays
        "links": 90,  # personal links, after their end
        "tasks": 7,  # finished long tasks and their files: lists of people
        "attempts": 30,  # failed attempts to sign in
        # People, after the last contact (cohorts/services/keeping.py, with the sources of these periods):
        "applicants": 90,  # not admitted, withdrawn, without an answer, or never handed in
        "pool": 2 * 365,  # who agreed to be kept for a later intake
        "students": 5 * 365 + 1,  # after the end of a course that they had begun
        "warning": 30,  # how long before that they are written to
        "guests": 365,  # who came to the chair or proposed something, after the activity
        "proposals": 90,  # what a proposal was computed from and says of each student; its counts stay
    }.items()
}
# One run of what is told because time has passed (partnership/reminders.py) ends well within a task's time limit.
REMINDERS_SECONDS = 30
# The sign-in library counts its own limits here, for every process together; partnership/limits.py counts ours.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tandem_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# -- worker: a doorbell, never the record (the outbox is) --------------------------------------------------------------
CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    # A page that rings for its letter waits for a dead broker no longer than this: the relay sends it anyway.
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"

# -- mail ------------------------------------------------------------------------------------------------------------
# smtp://, smtp+tls:// or smtp+ssl:// name a server; anymail+brevo://?api_key=… a provider of django-anymail, whose
# settings are the parameters: ANYMAIL["BREVO_API_KEY"].
EMAIL_TIMEOUT = 10
_mail = urlsplit(env.str("EMAIL_URL"))
if _mail.scheme.startswith("anymail+"):
    _provider = _mail.scheme.removeprefix("anymail+").replace("-", "_")
    EMAIL_BACKEND = f"anymail.backends.{_provider}.EmailBackend"
    ANYMAIL = {f"{_provider}_{key}".upper(): value for key, value in parse_qsl(_mail.query)}
    ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
    # A mail without a feature that the provider lacks (our own Message-ID) is better than no mail.
    ANYMAIL["IGNORE_UNSUPPORTED_FEATURES"] = True
else:
    _provider = ""
    vars().update(env.email_url("EMAIL_URL"))
# The provider tells afterwards what became of a letter (delivered, returned): its name and password there, as
# name:password, and its own name where letters leave through its SMTP server (partnership/views/tracking.py).
MAIL_NEWS_SECRET = env.str("MAIL_NEWS_SECRET", default="")
MAIL_NEWS_FROM = env.str("MAIL_NEWS_FROM", default=_provider).strip().replace("-", "_")
if MAIL_NEWS_FROM:
    vars().setdefault("ANYMAIL", {})["WEBHOOK_SECRET"] = MAIL_NEWS_SECRET
# How long a sender may hold a letter before another takes it over: longer than any sending (EMAIL_TIMEOUT a step).
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", default=120)
# The same for a long task: longer than a slice of it may last (CELERY_TASK_TIME_LIMIT).
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=120)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Tandem <bonjour@tandem.example>")
# Who publishes and who hosts, as the legal notice must say: a name, an address, a telephone, a line each with \n.
LEGAL_PUBLISHER = env.str("LEGAL_PUBLISHER", default="").replace("\\n", "\n")
LEGAL_HOST = env.str("LEGAL_HOST", default="").replace("\\n", "\n")
LEGAL_CONTACT = env.str("LEGAL_CONTACT", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]

# -- people and doors --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "partnership.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["config.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "front"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ACCOUNT_ADAPTER = "partnership.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
# The development accounts sign in often and from one address; the attempts that count are limited below.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # The name and address together are locked out by axes; this is against a name tried from a thousand addresses.
    "login_failed": "60/m/ip,50/h/key",
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
}
# Whoever sees personal data signs in with a second factor; development leaves it out unless it is asked for.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEVELOPMENT)
ACCOUNT_FORMS = {"request_login_code": "partnership.forms.CodeRequestForm"}
# The library would offer whoever asks for an unknown address to sign up: nobody does.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
MFA_ADAPTER = "partnership.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"authenticate": "partnership.forms.SecondFactorForm"}
MFA_TOTP_ISSUER = "Tandem"
# A telephone's clock may be half a minute off; a code that was used opens nothing a second time.
MFA_TOTP_TOLERANCE = 1
# Five failures of one name from one address close that door for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "config.doors.name_given"
AXES_LOCKOUT_CALLABLE = "config.doors.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken"]

# The public forms' field that nobody sees, shortest time and limits (partnership/guard.py); tests and bench send many.
PUBLIC_FORM_GUARD = env.bool("PUBLIC_FORM_GUARD", default=True)
# How long a session lasts without a sign of life and at the longest, in seconds: the device is remembered for thirty
# days, but not of whoever sees personal data.
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_AGES = (30 * 24 * 3600, 30 * 24 * 3600)
SESSION_AGES_WITH_PERSONAL_DATA = (2 * 3600, 12 * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "tandem_session" if DEVELOPMENT else "__Host-session"
CSRF_COOKIE_NAME = "tandem_csrf" if DEVELOPMENT else "__Host-csrf"
LANGUAGE_COOKIE_SECURE = not DEVELOPMENT
MESSAGE_COOKIE_NAME = "tandem_messages" if DEVELOPMENT else "__Host-messages"
MESSAGE_STORAGE = "config.flash.Storage"
# The proxy speaks TLS and says so (TRUSTED_PROXIES); the health checks ask from inside, without it.
SECURE_SSL_REDIRECT = not DEVELOPMENT
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEVELOPMENT
# Preloading writes the domain into every browser for years: its owner's decision, never a default of ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Select arrows and tick marks are tiny SVGs inside the style sheets.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- language and time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# -- static files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT
STORAGES = {
    "default": {"BACKEND": "partnership.files.WholeFiles", "OPTIONS": {"location": DATA_DIR}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- log: plain lines for who develops, one JSON object a line elsewhere (config/logs.py) -----------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.OneLine", "json_ensure_ascii": False},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line" if DEVELOPMENT else "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "access": {"level": "WARNING" if DEVELOPMENT else "INFO"},
        # It would tell of every sign-in; those that fail are enough.
        "axes": {"level": "WARNING"},
    },
}

# -- what may not be, outside development ------------------------------------------------------------------------------


def _is_weak(key: str) -> bool:
    # Django's own measure (security.W009), which it only warns of.
    return len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")


def _is_network(text: str) -> bool:
    try:
        return bool(ipaddress.ip_network(text))
    except ValueError:
        return False


def _tells(provider: str) -> bool:
    return provider.isidentifier() and bool(importlib.util.find_spec(f"anymail.webhooks.{provider}"))


# Beside MAIL_NEWS_SECRET, a parameter of EMAIL_URL without which the library's reader of a provider's news fails with
# each of them (of mailgun's two, either); a test asks every reader of the library.
_READERS_KEYS = {
    "mailersend": ("signing_secret",),
    "mailgun": ("webhook_signing_key", "api_key"),
    "mandrill": ("webhook_key",),
    "postal": ("webhook_key",),
    "unisender_go": ("api_key",),
}


def _lacks_a_key(provider: str) -> bool:
    # Where letters leave by SMTP, EMAIL_URL has no parameters of a provider's.
    keys = [f"{provider}_{key}".upper() for key in _READERS_KEYS.get(provider, ())]
    return bool(keys) and not any(ANYMAIL.get(key) for key in keys)


def _is_pair(text: str) -> bool:
    name, colon, password = text.partition(":")
    return bool(name and colon and password) and len(text) >= 20


def _is_clamd(text: str) -> bool:
    try:
        url = urlsplit(text)
        return bool(url.path if url.scheme == "unix" else url.scheme == "tcp" and url.hostname and url.port != 0)
    except ValueError:
        return False


_public = urlsplit(PUBLIC_URL)
_refusals = {
    "DEBUG shows the code and the data of a page that fails": DEBUG,
    "CLOCK_SHIFT belongs to the demonstration": CLOCK_SHIFT,
    "MAILBOX_DIR keeps letters of the demonstration": MAILBOX_DIR,
    "SECRET_KEY is shorter than 50 characters or too plain": _is_weak(SECRET_KEY),
    "SECRET_KEY_FALLBACKS holds a key shorter than 50 characters or too plain": any(
        map(_is_weak, SECRET_KEY_FALLBACKS)
    ),
    "PUBLIC_URL is not https:// and a host": _public.scheme != "https" or not _public.hostname or _public.path,
    "the host of PUBLIC_URL is not among ALLOWED_HOSTS": not validate_host(_public.hostname or "", ALLOWED_HOSTS),
    "TRUSTED_PROXIES holds something else than addresses and networks": not all(map(_is_network, TRUSTED_PROXIES)),
    "DATABASE_URL names no PostgreSQL": DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql",
    "CLAMAV_URL names no clamd (tcp://host:3310 or unix:///path)": CLAMAV_URL and not _is_clamd(CLAMAV_URL),
    "EMAIL_URL names neither an SMTP server nor a provider": (
        not importlib.util.find_spec(f"anymail.backends.{_provider}")
        if _provider
        else not _mail.scheme.startswith("smtp")
    ),
    "MAIL_NEWS_FROM names no provider that tells what became of a letter": (
        MAIL_NEWS_FROM != _provider and not _tells(MAIL_NEWS_FROM)
    ),
    f"the news of {MAIL_NEWS_FROM} are not read without its {' or '.join(_READERS_KEYS.get(MAIL_NEWS_FROM, ()))}, a "
    f"parameter of EMAIL_URL (anymail+…)": _lacks_a_key(MAIL_NEWS_FROM),
    "amazon_ses takes boto3, which is not here": (
        "amazon_ses" in (_provider, MAIL_NEWS_FROM) and not importlib.util.find_spec("boto3")
    ),
    "MAIL_NEWS_SECRET is not a name:password of 20 characters or more, with which the provider tells of letters": (
        _tells(MAIL_NEWS_FROM) and not _is_pair(MAIL_NEWS_SECRET)
    ),
    "DEFAULT_FROM_EMAIL holds no e-mail address": "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1],
}
if not DEVELOPMENT and any(_refusals.values()):
    _said = "; ".join(sentence for sentence, is_so in _refusals.items() if is_so)
    raise ImproperlyConfigured(f"Tandem does not start: {_said}.")

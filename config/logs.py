"""The log of production: one JSON object a line, with ids and never a person's data, an address or a token.

What may be in a line is listed here; whatever a library adds to a record stays out. An exception is told by its type
and the places it came through: its text may quote a row, a letter or an address, so it is never written.
"""

import ipaddress
import logging
import logging.config
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from celery import Task, signals
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from pythonjsonlogger.json import JsonFormatter

ROOT = Path(__file__).resolve().parent.parent
# Our own messages are written with care; of what others put into theirs only numbers and identifiers are kept.
# A warning of Python's names a line of code.
OURS = {"config", "partnership", "programmes", "cohorts", "placements", "access", "py"}
MOST_PLACES = 25
access = logging.getLogger("access")
# What every line is about: the request, or the task and the request that asked for it.
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


# -- a line ---------------------------------------------------------------------------------------------------------


class OneLine(JsonFormatter):
    """Writes a record as one JSON object, made of nothing but what is listed below."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_about.get(),
            **_request(getattr(record, "request", None)),
            **(record.__dict__.get("shown") or {}),
            **(_error(*record.exc_info[1:]) if record.exc_info and record.exc_info[1] else {}),
        }
        return self.jsonify_log_record(line)


def _message(record: logging.LogRecord) -> str:
    ours = record.name.partition(".")[0] in OURS
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.name == "django.request":  # "Not Found: /the/path/": the route and the status say it
        return f"answered {getattr(record, 'status_code', '')}"
    if record.name.startswith("django.security."):  # the text of the exception, which quotes what was asked
        return f"refused: {record.name.rpartition('.')[2]}"
    text, given = record.msg, record.args
    if isinstance(given, dict):
        # Celery's way; the rest of what it gives is what the task was asked and how it failed.
        given = {key: value if key in ("name", "id") else _shown(value, ours) for key, value in given.items()}
    elif given:
        given = tuple(_shown(value, ours) for value in given)
    if given:
        try:
            text = record.msg % given
        except (TypeError, ValueError, KeyError):
            text = record.msg
    # A traceback that somebody has written into their message begins on its second line.
    return scrubbed(text.strip().partition("\n")[0])


def _shown(value: object, ours: bool) -> object:
    if value is None or isinstance(value, int | float | uuid.UUID):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    return str(value) if ours else "…"


def _request(request: object) -> dict[str, Any]:
    # Django names the path where it complains of a request: the route says as much, and holds no personal link.
    return {"route": route(request)} if isinstance(request, HttpRequest) else {}


def _error(problem: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    told: dict[str, Any] = {"error": _name(problem)}
    if isinstance(problem, DatabaseError) and getattr(problem.__cause__, "sqlstate", None):
        told["sqlstate"] = problem.__cause__.sqlstate
    causes = [_name(cause) for cause in _causes(problem)]
    if causes:
        told["because"] = causes
    places = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return told | {"at": places[-MOST_PLACES:]}


def _causes(problem: BaseException) -> Iterator[BaseException]:
    seen = {id(problem)}
    cause = problem.__cause__ or problem.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _name(problem: BaseException) -> str:
    return f"{type(problem).__module__}.{type(problem).__qualname__}".removeprefix("builtins.")


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return str(path.relative_to(ROOT))
    return filename.rpartition("site-packages/")[2] if "site-packages/" in filename else path.name


# -- what no message may hold, whoever wrote it ------------------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:]+")
_IP = re.compile(r"(?<![\w.:])[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*(?![\w])")
_PATH_OF_URL = re.compile(r"(https?://[^\s/\"'<>]+)/[^\s\"'<>]*")
_RANDOM = re.compile(r"(?<![\w-])[\w-]{24,}(?![\w-])")
_KNOWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z_-]+|([A-Z][a-z]+){2,}")


def scrubbed(text: str) -> str:
    """A text without e-mail addresses, IP addresses, paths of URLs and long random words; UUIDs stay."""
    text = _PATH_OF_URL.sub(r"\1/…", _ADDRESS.sub("‹e-mail›", text))
    text = _RANDOM.sub(lambda word: word[0] if _KNOWN.fullmatch(word[0]) else "‹random›", text)
    return _IP.sub(lambda word: "‹address›" if _is_address(word[0]) else word[0], text)


def _is_address(word: str) -> bool:
    for candidate in (word.strip("."), word.strip(".:").rpartition(":")[0]):
        try:
            return bool(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return False


# -- requests ---------------------------------------------------------------------------------------------------------


def route(request: HttpRequest) -> str:
    """The name of what was asked for, never its path: a personal link would be in it."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "static" if request.path_info.startswith("/static/") else ""
    return match.view_name or match.route


def each_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, told in the answer and in every line about it, and write one line of its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        ident, started = uuid.uuid4().hex, time.perf_counter()
        before = _about.set({"request": ident})
        try:
            response = get_response(request)
            response["X-Request-ID"] = ident
            # Asked of nobody: a page that did not need to know who asks costs no statement for the log.
            user = getattr(request, "_cached_user", None)
            shown = {
                "method": request.method,
                "route": route(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "user": str(user.pk) if getattr(user, "pk", None) else None,
            }
            access.info("request", extra={"shown": shown})
            return response
        finally:
            _about.reset(before)

    return middleware


# -- tasks ------------------------------------------------------------------------------------------------------------


@signals.setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Celery configures no log where somebody listens to this signal: the settings have done it."""


@signals.before_task_publish.connect
def _hand_on(headers: dict[str, Any], **_: object) -> None:
    if "request" in _about.get():
        headers["asked_by"] = _about.get()["request"]


@signals.task_prerun.connect
def _begin(task: Task, task_id: str, **_: object) -> None:
    about = {"task": task.name, "task_id": task_id}
    if asked_by := task.request.get("asked_by"):
        about["request"] = asked_by
    _about.set(about)


@signals.task_postrun.connect
def _end(**_: object) -> None:
    _about.set(MappingProxyType({}))


# -- the whole --------------------------------------------------------------------------------------------------------


def configure(description: dict[str, Any]) -> None:
    """Configure the log as the settings describe it; where it is JSON, a program's last words are one line too."""
    logging.config.dictConfig(description)
    if description["handlers"]["console"]["formatter"] != "json":
        return
    logging.captureWarnings(True)
    if not sys.stderr.isatty():
        sys.excepthook = _last_words
        threading.excepthook = lambda end: _last_words(end.exc_type, end.exc_value, end.exc_traceback)


def _last_words(kind: type[BaseException], problem: BaseException | None, trace: TracebackType | None) -> None:
    if problem is None or isinstance(problem, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("config").critical("the program ends", exc_info=(kind, problem, trace))

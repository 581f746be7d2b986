"""P1: the final POST of an application, with all its rules, its journal, its consents and its letter."""

import uuid
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from cohorts import services
from cohorts.models import Cohort
from cohorts.views.candidates import SESSION_KEY
from tests import factories

from . import sizes
from .measure import Line, Site, alternate, beside, no_more, statements

if TYPE_CHECKING:
    from .bench import Bench

_number = count(1)


def measure(bench: "Bench") -> Iterator[Line]:
    """Each POST hands in another draft, begun before and not counted."""
    bench.use(bench.scale.small)
    cohort = sizes.coming_cohort()
    posts = bench.scale.rounds * bench.scale.times + 8
    drafts = iter([draft(cohort) for _ in range(posts)])
    address = reverse("cohorts:apply_check", args=[cohort.intake.programme.slug])
    done = []

    def ours() -> None:
        key, version = next(drafts)
        visitor = Site(bench.applicant.handler, {settings.SESSION_COOKIE_NAME: key})
        answer = visitor.post(address, {"talent_pool": "on", "version": version})
        assert answer.status == 302, answer.status
        done.append(answer)

    def least() -> None:
        answer = bench.floor.post("/candidater/", answers(cohort))
        assert answer.status == 302, answer.body

    sent = statements(ours)
    mine, bare = alternate(ours, least, rounds=bench.scale.rounds, times=bench.scale.times)
    yield beside("P1", "final POST of an application", mine, bare, 2)
    yield no_more("P1", "… its statements", len(sent), 14, "", f" (floor: {len(statements(least))})")


def draft(cohort: Cohort) -> tuple[str, int]:
    """A session in which an application is ready to be handed in, and the version of its answers."""
    number = next(_number)
    identity = {"first_name": "Inès", "last_name": f"Fictive{number}", "phone": f"+3346572{number:04d}"}
    identity |= {"email": f"ines{number}@exemple.test", "birth_year": 2008, "birth_month": 4, "postcode": "69100"}
    identity |= {"commune": factories.commune()}
    begun = services.begin(cohort, submit_key=uuid.uuid4(), identity=identity, language="fr")
    project = {"level": "4", "diploma_on": None, "availability": [], "languages": "français", "has_employer": False}
    services.describe_project(
        begun, cohort=cohort, other_zones=[], project=project | {"source": "web", "supported_by": ""}
    )
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = {cohort.intake.programme.slug: {"draft": str(begun.pk), "resume": "https://exemple.test/"}}
    session.save()
    return session.session_key, begun.version


def answers(cohort: Cohort) -> dict[str, str]:
    """What the floor's one form is sent: the answers of the three steps."""
    number = next(_number)
    return {
        "first_name": "Inès",
        "last_name": f"Fictive{number}",
        "phone": f"+3346572{number:04d}",
        "email": f"ines{number}@exemple.test",
        "birth_year": "2008",
        "birth_month": "4",
        "postcode": "69100",
        "cohort": str(cohort.pk),
        "level": "4",
        "languages": "français",
        "source": "web",
        "consent": "on",
    }

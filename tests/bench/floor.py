"""The floors: the least a Django application could do for the same work, on the same database.

Bare views behind Django's WSGI handler: no middleware at all (no session, no sign-in, no language, no security
headers), no frame, no filter form, no rule but what the form's fields say. Nobody would run these.
"""

import uuid
from collections.abc import Iterable

from django import forms
from django.core.handlers.wsgi import WSGIHandler
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Context, Engine
from django.test import override_settings
from django.urls import path

from cohorts.models import Application, Candidate, Cohort, Consent
from cohorts.states import ApplicationState, Level, Source
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import ActorKind

ROWS_A_PAGE = 50
_STATES = {key: str(word) for key, word in ApplicationState.choices}
_SOURCES = {key: str(word) for key, word in Source.choices}
_ENGINE = Engine()


def handler() -> WSGIHandler:
    """Django's own entrance, with no middleware but the words that these addresses are meant."""
    with override_settings(MIDDLEWARE=["tests.bench.floor.these_addresses"]):
        return WSGIHandler()


def these_addresses(get_response):
    """Let a request be answered by the views below."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return get_response(request)

    return middleware


# -- P2, P10: a list of fifty rows -------------------------------------------------------------------------------------
_LIST = _ENGINE.from_string(
    """<!doctype html><html lang="fr"><head><title>Candidatures</title></head><body><h1>Candidatures</h1>
<table><thead><tr><th>Nom</th><th>Étape</th><th>Attente</th><th>Zone</th><th>Programme</th><th>Source</th>
<th>Déposée</th><th>Suivie par</th></tr></thead><tbody>
{% for row in rows %}<tr><th><a href="/fr/recrutement/candidatures/{{ row.pk }}/">{{ row.candidate.first_name }}
{{ row.candidate.last_name }}</a> CV-{{ row.intake.starts_on|date:"y" }}-{{ row.number }}</th>
<td>{{ row.stage }}</td><td>{{ row.waited }}</td><td>{{ row.cohort.zone.name }}</td>
<td>{{ row.intake.programme.short_title }}</td><td>{{ row.heard }}</td>
<td>{{ row.submitted_at|date:"j F" }}</td><td>{{ row.owner.full_name }}</td></tr>
{% endfor %}</tbody></table>{% if more %}<a href="?after={{ last.state_since|date:"c" }}~{{ last.pk }}">Suite</a>
{% endif %}</body></html>"""
)


_SHOWN = (
    "number",
    "state",
    "state_since",
    "submitted_at",
    "source",
    "candidate__first_name",
    "candidate__last_name",
    "cohort__zone__name",
    "intake__starts_on",
    "intake__programme__short_title",
    "owner__full_name",
)


def shown(parameters) -> list[Application]:
    """The rows of a page and one more: the newest state first, along its index, after a row, of a zone and a state."""
    rows = Application.objects.exclude(state=ApplicationState.DRAFT)
    if zone := parameters.get("zone"):
        rows = rows.filter(cohort__zone__code=zone)
    if state := parameters.get("etat"):
        rows = rows.filter(state=state)
    for part in parameters.get("q", "").split():
        rows = rows.filter(candidate__search_text__contains=part)
    if after := parameters.get("after"):
        at, _, key = after.partition("~")
        rows = rows.filter(Q(state_since=at, pk__lt=key) | Q(state_since__lt=at), state_since__lte=at)
    rows = rows.select_related("candidate", "cohort__zone", "intake__programme", "owner").only(*_SHOWN)
    return list(rows.order_by("-state_since", "-id")[: ROWS_A_PAGE + 1])


def applications(request: HttpRequest) -> HttpResponse:
    """The list: one statement, a keyset, Django's template, one date a row."""
    rows = shown(request.GET)
    now = clock.now()
    for row in rows:
        row.waited = (now - row.state_since).days
        row.stage, row.heard = _STATES[row.state], _SOURCES.get(row.source, "")
    page = rows[:ROWS_A_PAGE]
    context = {"rows": page, "more": len(rows) > ROWS_A_PAGE, "last": page[-1] if page else None}
    return HttpResponse(_LIST.render(Context(context)))


def count(zone: str = "", state: str = "") -> int:
    """A bare count(*) of a filter."""
    rows = Application.objects.exclude(state=ApplicationState.DRAFT)
    if zone:
        rows = rows.filter(cohort__zone__code=zone)
    if state:
        rows = rows.filter(state=state)
    return rows.count()


# -- P1: an application arrives ----------------------------------------------------------------------------------------
_LETTER = _ENGINE.from_string(
    """Bonjour {{ name }},

Votre candidature {{ number }} est bien arrivée. Nous vous appelons dans les deux jours ouvrés.

À bientôt."""
)


class ApplicationForm(forms.Form):
    """The answers of the three steps."""

    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    phone = forms.CharField(max_length=16)
    email = forms.EmailField()
    birth_year = forms.IntegerField(min_value=1950, max_value=2030)
    birth_month = forms.IntegerField(min_value=1, max_value=12)
    postcode = forms.CharField(max_length=5)
    cohort = forms.IntegerField()
    level = forms.ChoiceField(choices=Level.choices)
    languages = forms.CharField(max_length=120)
    has_employer = forms.BooleanField(required=False)
    source = forms.ChoiceField(choices=Source.choices)
    consent = forms.BooleanField(required=False)


def apply(request: HttpRequest) -> HttpResponse:
    """Store the application with its line of the journal, its consent and its letter."""
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422)
    answers, now = form.cleaned_data, clock.now()
    person = ("first_name", "last_name", "phone", "email", "birth_year", "birth_month", "postcode")
    with transaction.atomic():
        candidate = Candidate.objects.create(**{name: answers[name] for name in person})
        cohort = Cohort(pk=answers["cohort"])
        application = Application.objects.create(
            candidate=candidate,
            cohort=cohort,
            intake_id=Cohort.objects.values_list("intake", flat=True).get(pk=cohort.pk),
            state=ApplicationState.SUBMITTED,
            created_at=now,
            submitted_at=now,
            state_since=now,
            level=answers["level"],
            languages=answers["languages"],
            has_employer=answers["has_employer"],
            source=answers["source"],
        )
        if answers["consent"]:
            Consent.objects.create(candidate=candidate, purpose="talent_pool", text_version="1", given_at=now)
        JournalEntry.objects.create(
            at=now,
            actor_kind=ActorKind.CANDIDATE,
            actor_ref=str(candidate.pk),
            subject=ref(application),
            about=ref(application),
            after=ApplicationState.SUBMITTED,
        )
        OutgoingMessage.objects.create(
            key=str(uuid.uuid4()),
            template="floor",
            language="fr",
            about=ref(application),
            to_email=candidate.email,
            subject="Votre candidature",
            text=_LETTER.render(Context({"name": candidate.first_name, "number": application.number})),
            due_at=now,
        )
    return HttpResponseRedirect("/merci/")


# -- P7: letters over SMTP ---------------------------------------------------------------------------------------------


def send(letters: Iterable[OutgoingMessage]) -> None:
    """Plain SMTP: each letter once, over one connection, and nothing remembered."""
    with get_connection() as line:
        for letter in letters:
            message = EmailMultiAlternatives(
                letter.subject,
                letter.text,
                to=[letter.to_email],
                headers={"Message-ID": f"<{letter.pk}@floor.invalid>"},
            )
            message.attach_alternative(letter.html, "text/html")
            message.connection = line
            message.send()


urlpatterns = [path("liste/", applications), path("candidater/", apply)]

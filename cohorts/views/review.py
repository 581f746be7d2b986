"""What is decided is read before it leaves: the answers, then the very letter, then the deed."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from partnership.models import OutgoingMessage

from ..letters import readable
from ..models import Application

# What the first form of such a page sends beside its answers: left empty, they are answers too.
READ = "lire"


def review(
    request: HttpRequest,
    application: Application,
    form: forms.Form,
    *,
    heading: str,
    button: str | Promise,
    asks: bool = True,
    ready: bool = False,
    letter: OutgoingMessage | None = None,
) -> HttpResponse:
    """The page of a deed whose letter is read first; 422 where its form says too little."""
    sent = form.data if ready else {}
    names = [form.add_prefix(name) for name in form.fields]
    answers = [(name, value) for name in names if name in sent for value in sent.getlist(name) if value]
    context = {
        "application": application,
        "form": form,
        "asks": asks,
        "ready": ready,
        "answers": answers,
        "letter": letter,
        "text": readable(letter.text) if letter else "",
        "heading": heading,
        "button": button,
    }
    return render(request, "cohorts/application_review.html", context, status=422 if form.errors else 200)

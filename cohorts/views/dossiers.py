"""The dossier of a student: filled in by personal link, or written down for them by whoever calls."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partnership import links
from partnership.states import Channel
from partnership.workflow import Actor, Refused, Stale

from .. import services
from ..forms.dossiers import DossierForm
from ..forms.recruit import ChannelForm
from ..models import Application, Dossier
from ..states import FOLLOW
from .applications import fetch

page = require_http_methods(["GET", "HEAD", "POST"])


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the file behind a personal link; one that opens nothing says so where it was to lead."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, token: str, **more: object) -> HttpResponse:
        try:
            request.link, application = services.file_behind(token, FOLLOW)
        except links.Unusable:
            return back_to_follow(token)
        return view(request, token, application.newest, **more)

    return opened


def back_to_follow(token: str) -> HttpResponse:
    """To the page that the personal link opens."""
    return redirect(links.PURPOSES[FOLLOW].url_name, token)


@by_link
@page
def follow_dossier(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """What a student says of themselves."""
    back = reverse(links.PURPOSES[FOLLOW].url_name, args=[token])
    thanks = _("Thank you: your dossier is kept. You may change it until your first day.")
    said = {"by": application.candidate, "channel": Channel.LINK}
    return _fill_in(request, application, back=back, thanks=thanks, template="cohorts/dossier_follow.html", **said)


@page
def application_dossier(request: HttpRequest, pk: object) -> HttpResponse:
    """The same, told by telephone or on paper."""
    application = fetch(request, pk)
    how = ChannelForm(request.POST if request.method == "POST" else None)
    channel = Channel(how.cleaned_data["channel"]) if how.is_bound and how.is_valid() else Channel.PHONE
    return _fill_in(
        request,
        application,
        back=reverse("cohorts:application_detail", args=[application.pk]),
        thanks=_("The dossier of %(who)s is kept.") % {"who": application.candidate},
        template="cohorts/dossier_write.html",
        by=request.user,
        channel=channel,
        how=how,
    )


def _fill_in(
    request: HttpRequest,
    application: Application,
    *,
    back: str,
    thanks: str,
    template: str,
    by: Actor,
    channel: Channel,
    how: ChannelForm | None = None,
) -> HttpResponse:
    dossier, conflict, status = Dossier.objects.filter(candidate=application.candidate_id).first(), False, 200
    form = DossierForm(request.POST if request.method == "POST" else None, application=application, dossier=dossier)
    if form.is_bound and not (form.is_valid() and (how is None or how.is_valid())):
        status = 422
    elif form.is_bound:
        try:
            version = dossier.version if dossier else 0
            if request.POST.get("version", "") != str(version):
                raise Stale(dossier or application)
            services.save_dossier(application, form.cleaned_data, by=by, channel=channel, version=version)
        except Stale:
            conflict, status = True, 409
            dossier = Dossier.objects.filter(candidate=application.candidate_id).first()
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect(back)
        else:
            messages.success(request, thanks)
            return redirect(back)
    context = {
        "application": application,
        "form": form,
        "how": how,
        "version": dossier.version if dossier else 0,
        "back": back,
        "conflict": conflict,
    }
    return render(request, template, context, status=status)

"""Wanting no more letters of a kind: a page with one button, and the address a mail program posts to (RFC 8058)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .. import links, services
from ..models import OutgoingMessage
from ..states import STOP


@login_not_required
# A mail program has no cookie of ours; whoever has the link may say so.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter_opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Want no more letters of the kind of the one the link came with, or want them again; looking changes nothing."""
    try:
        request.link = links.find(token, STOP)
    except links.Unusable as problem:
        status = 404 if problem.why == "unknown" else 410
        return render(request, "partnership/letter_opt_out.html", {"letter": None}, status=status)
    letter = OutgoingMessage.objects.defer("text", "html").get(pk=links.key_of(request.link))
    if request.method == "POST":
        deed = services.want_letters if request.POST.get("want") == "again" else services.refuse_letters
        deed(letter, by=services.reader_of(letter))
        if "List-Unsubscribe" not in request.POST:
            return redirect("partnership:letter_opt_out", token=token)
    context = {"letter": letter, "is_unwanted": services.is_unwanted(letter)}
    return render(request, "partnership/letter_opt_out.html", context)

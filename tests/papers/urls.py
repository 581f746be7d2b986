"""The site's addresses, and beside them a page that takes papers, as one of ours does."""

from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from config import urls
from partnership import papers
from partnership.fields import LineField
from partnership.models import Job, User
from partnership.uploads import takes_files


class SendForm(forms.Form):
    name = LineField(max_length=20, required=False)
    paper = papers.PaperField(label="Diplôme")


@csrf_exempt  # for the real server, which knows no test client
@login_not_required
@takes_files(papers.ROOM)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    form = SendForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponse(f"{form['name'].value()}: {form.errors.as_text()}", status=422)
    paper = form.cleaned_data["paper"]
    with papers.kept(paper) as name:
        Job.objects.create(kind="paper", result=name, state=paper.scan, started_by=User.objects.get())
    return HttpResponse(f"{form['name'].value()}: {paper.pages} p., {paper.scan}")


@login_not_required
@require_safe
def read(request: HttpRequest, pk: str) -> FileResponse:
    row = get_object_or_404(Job, pk=pk)
    return papers.serve(row.result.name, row.state, filename="diplôme.pdf")


urlpatterns = [
    *i18n_patterns(path("envoyer/", send, name="send"), path("lire/<uuid:pk>/", read, name="read")),
    *urls.urlpatterns,
]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500

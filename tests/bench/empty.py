"""An empty Django: no application, no middleware, one word. Its worker is the floor of the memory."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def word(request, anything=""):
    return HttpResponse("ok")


urlpatterns = [path("", word), path("<path:anything>", word)]

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="empty", ALLOWED_HOSTS=["*"])
    application = get_wsgi_application()

"""The WSGI entrance, behind the proxies that the settings trust."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from . import charsets, proxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = proxies.behind(charsets.utf8_alone(get_wsgi_application()), settings.TRUSTED_PROXIES)
except ImproperlyConfigured as refusal:
    sys.exit(str(refusal))

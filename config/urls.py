"""The addresses: French slugs in both languages, each app under its own words."""

from allauth.account import views as account
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from partnership.views.jobs import job_detail, job_restart, job_result

from . import metrics, views

admin.site.login = views.to_sign_in

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
urlpatterns += i18n_patterns(
    path("", views.front, name="front"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal, name="legal"),
    path("accueil/", views.home, name="home"),
    path("connexion/", views.sign_in, name="account_login"),
    path("connexion/code/", views.request_code, name="account_request_login_code"),
    path("connexion/code/saisir/", views.confirm_code, name="account_confirm_login_code"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("", include("partnership.urls")),
    path("contenus/", include("programmes.urls")),
    path("", include("cohorts.urls")),
    path("", include("placements.urls")),
    path("taches/<uuid:pk>/", job_detail, name="job_detail"),
    path("taches/<uuid:pk>/relancer/", job_restart, name="job_restart"),
    path("taches/<uuid:pk>/fichier/", job_result, name="job_result"),
    path("admin/", admin.site.urls),
)
if settings.DEVELOPMENT:
    urlpatterns += i18n_patterns(
        path("style/", views.style, name="style"),
        path("boite/", views.mailbox, name="mailbox"),
        path("boite/<str:name>/", views.mailbox_letter, name="mailbox_letter"),
        path("boite/<str:name>/html/", views.mailbox_letter_html, name="mailbox_letter_html"),
    )

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"
handler500 = "config.errors.server_error"

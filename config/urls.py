"""The addresses: French slugs in both languages, each app under its own words."""

from allauth.account import views as account
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from partnership.views.jobs import job_detail, job_restart, job_result
from partnership.views.tracking import mail_news

from . import doors, handbook, metrics, views

admin.site.login = views.to_sign_in

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("courrier/nouvelles/", mail_news, name="mail_news"),
]
urlpatterns += i18n_patterns(
    path("", views.front, name="front"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("confidentialite/<slug:version>/", views.privacy, name="privacy_version"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal, name="legal"),
    path("accueil/", views.home, name="home"),
    path("guide/", handbook.guide, name="guide"),
    path("guide/<slug:slug>/", handbook.guide_chapter, name="guide_chapter"),
    # Of the sign-in library only these are offered: no sign-up, no management of addresses, no key, no third party.
    path("connexion/", doors.sign_in, name="account_login"),
    path("connexion/code/", doors.request_code, name="account_request_login_code"),
    path("connexion/code/saisir/", doors.confirm_code, name="account_confirm_login_code"),
    path("connexion/second-facteur/", doors.prove, name="mfa_authenticate"),
    path("connexion/mot-de-passe/", doors.password_forgotten, name="account_reset_password"),
    path("connexion/mot-de-passe/<str:token>/", doors.password_reset, name="password_reset"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("compte/", doors.account, name="account"),
    path("compte/mot-de-passe/", doors.password_change, name="account_change_password"),
    path("compte/second-facteur/", doors.second_factor_add, name="second_factor_add"),
    path("compte/second-facteur/retirer/", doors.second_factor_remove, name="second_factor_remove"),
    path("compte/codes-de-secours/", doors.recovery_codes, name="recovery_codes"),
    path("compte/codes-de-secours/fichier/", doors.recovery_codes_file, name="recovery_codes_file"),
    path("compte/sessions/terminer/", doors.session_end_others, name="session_end_others"),
    path("compte/sessions/<int:pk>/terminer/", doors.session_end, name="session_end"),
    path("compte/reprendre/", doors.kept_post, name="kept_post"),
    path("compte/reprendre/oublier/", doors.kept_post_forget, name="kept_post_forget"),
    path("", include("partnership.urls")),
    path("", include("programmes.urls")),
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
        path("style/erreurs/<int:status>/", views.style_error, name="style_error"),
        path("boite/", views.mailbox, name="mailbox"),
        path("boite/<str:name>/", views.mailbox_letter, name="mailbox_letter"),
        path("boite/<str:name>/html/", views.mailbox_letter_html, name="mailbox_letter_html"),
    )

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"
handler500 = "config.errors.server_error"

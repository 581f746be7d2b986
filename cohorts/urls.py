"""The addresses of recruitment: what applicants reach without an account, and what recruiters work with."""

from django.urls import path

from .views import (
    agenda,
    applications,
    bookings,
    bulk,
    calls,
    candidates,
    contacts,
    decisions,
    exports,
    letters,
    places,
    recruiters,
    slots,
    transfers,
)

app_name = "cohorts"
public = [
    path("formations/<slug:slug>/", candidates.programme_detail, name="programme_detail"),
    path("candidater/<slug:slug>/", candidates.apply, name="apply"),
    path("candidater/<slug:slug>/identite/", candidates.apply_identity, name="apply_identity"),
    path("candidater/<slug:slug>/projet/", candidates.apply_project, name="apply_project"),
    path("candidater/<slug:slug>/verifier/", candidates.apply_check, name="apply_check"),
    path("candidater/<slug:slug>/merci/", candidates.apply_thanks, name="apply_thanks"),
    path("reprendre/<str:token>/", candidates.application_resume, name="application_resume"),
]
_file = "recrutement/candidatures/<uuid:pk>"
recruitment = [
    path("recrutement/", recruiters.worklist, name="worklist"),
    path("recrutement/candidatures/", recruiters.application_list, name="application_list"),
    path("recrutement/candidatures/nombre/", recruiters.application_count, name="application_count"),
    path("recrutement/candidatures/export.csv", exports.application_export, {"kind": "csv"}, name="application_export"),
    path(
        "recrutement/candidatures/export.xlsx",
        exports.application_export,
        {"kind": "xlsx"},
        name="application_export_xlsx",
    ),
    path("recrutement/exports/", exports.template_list, name="template_list"),
    path("recrutement/exports/nouveau/", exports.template_add, name="template_add"),
    path("recrutement/exports/<int:pk>/", exports.template_edit, name="template_edit"),
    path("recrutement/exports/<int:pk>/retirer/", exports.template_remove, name="template_remove"),
    path(f"{_file}/", applications.application_detail, name="application_detail"),
    path("recrutement/nouveau-contact/", contacts.contact_add, name="contact_add"),
    path("recrutement/appels/suivant/", calls.call_next, name="call_next"),
    path(f"{_file}/appel/", calls.call_record, name="call_record"),
    path(f"{_file}/courriels/<int:letter>/", letters.application_letter, name="application_letter"),
    path(f"{_file}/courriels/<int:letter>/modifier/", letters.letter_edit, name="letter_edit"),
    path(f"{_file}/courriels/<int:letter>/recommencer/", letters.letter_rewrite, name="letter_rewrite"),
    path(f"{_file}/courriels/<int:letter>/jeter/", letters.letter_discard, name="letter_discard"),
    path(f"{_file}/courriels/<int:letter>/envoyer/", letters.letter_send, name="letter_send"),
    path(f"{_file}/entretien/", decisions.interview_schedule, name="interview_schedule"),
    path(f"{_file}/entretien/annuler/", decisions.interview_cancel, name="interview_cancel"),
    path(f"{_file}/entretien/passe/", decisions.interview_record, name="interview_record"),
    path(f"{_file}/absence/", decisions.interview_miss, name="interview_miss"),
    path(f"{_file}/admettre/", decisions.application_admit, name="application_admit"),
    path(f"{_file}/liste-attente/", decisions.application_waitlist, name="application_waitlist"),
    path(f"{_file}/refuser/", decisions.application_reject, name="application_reject"),
    path(f"{_file}/injoignable/", decisions.application_mark_unreachable, name="application_mark_unreachable"),
    path(f"{_file}/desistement/", decisions.application_withdraw, name="application_withdraw"),
    path(f"{_file}/rouvrir/", decisions.application_reopen, name="application_reopen"),
    path(f"{_file}/transferer/", transfers.application_transfer, name="application_transfer"),
    path(f"{_file}/reporter/", transfers.application_postpone, name="application_postpone"),
    path(f"{_file}/reorienter/", transfers.application_redirect, name="application_redirect"),
    path(f"{_file}/confirmer/", decisions.application_confirm, name="application_confirm"),
    path(f"{_file}/decliner/", decisions.application_decline, name="application_decline"),
    path("recrutement/ensemble/", bulk.bulk_choose, name="bulk_choose"),
    path("recrutement/ensemble/<uuid:pk>/", bulk.bulk_detail, name="bulk_detail"),
    path("recrutement/ensemble/<uuid:pk>/lancer/", bulk.bulk_start, name="bulk_start"),
    path("recrutement/ensemble/<uuid:pk>/envoyer/", bulk.bulk_send_drafts, name="bulk_send_drafts"),
    path("recrutement/ensemble/<uuid:pk>/<int:line>/", bulk.bulk_leave_out, name="bulk_leave_out"),
    path(f"{_file}/rang/", places.application_rank, name="application_rank"),
    path("recrutement/places/", places.place_list, name="place_list"),
    path("recrutement/places/<int:pk>/", places.waiting_list, name="waiting_list"),
    path("recrutement/places/<int:pk>/reglages/", places.places_rule, name="places_rule"),
    path("partenariat/candidatures/", recruiters.register, name="register"),
]
_booking = "recrutement/rendez-vous/<uuid:pk>"
_slot = "recrutement/creneaux/<uuid:pk>"
appointments = [
    path("recrutement/creneaux/", slots.slot_list, name="slot_list"),
    path("recrutement/creneaux/ajouter/", slots.slot_add, name="slot_add"),
    path("recrutement/creneaux/serie/", slots.slot_series, name="slot_series"),
    path("recrutement/creneaux/agenda/", agenda.slot_agenda, name="slot_agenda"),
    path("recrutement/creneaux/agenda/fermer/", agenda.slot_agenda_close, name="slot_agenda_close"),
    path("agenda/<str:token>/creneaux.ics", agenda.slot_feed, name="slot_feed"),
    path(f"{_slot}/", slots.slot_detail, name="slot_detail"),
    path(f"{_slot}/modifier/", slots.slot_edit, name="slot_edit"),
    path(f"{_file}/creneaux/", bookings.slot_choose, name="slot_choose"),
    path(f"{_file}/inviter/", bookings.application_invite, name="application_invite"),
    path(f"{_booking}/annuler/", bookings.booking_cancel, name="booking_cancel"),
]
urlpatterns = public + recruitment + appointments

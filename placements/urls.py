"""The addresses of places: two personal links, the leads' pages under /places/, and a register of the convention."""

from django.urls import path

from .views import appointments, candidates, follow_up, hosts, leads, lifecycle, own_data, reports

app_name = "placements"
urlpatterns = [
    # by personal link
    path("suivi/<str:token>/", candidates.application_follow, name="application_follow"),
    path("suivi/<str:token>/confirmer/", candidates.follow_confirm, name="follow_confirm"),
    path("suivi/<str:token>/decliner/", candidates.follow_decline, name="follow_decline"),
    path("suivi/<str:token>/retirer/", candidates.follow_withdraw, name="follow_withdraw"),
    path("suivi/<str:token>/rendez-vous/", appointments.follow_appointments, name="follow_appointments"),
    path(
        "suivi/<str:token>/rendez-vous/<slug:kind>/annuler/",
        appointments.follow_appointment_cancel,
        name="follow_appointment_cancel",
    ),
    path(
        "suivi/<str:token>/rendez-vous/<slug:kind>/tandem.ics",
        appointments.follow_appointment_calendar,
        name="follow_appointment_calendar",
    ),
    path("suivi/<str:token>/mes-dates/tandem.ics", follow_up.follow_calendar, name="follow_calendar"),
    path("suivi/<str:token>/notice/", own_data.follow_notice, name="follow_notice"),
    path("suivi/<str:token>/donnees/", own_data.follow_data, name="follow_data"),
    path("suivi/<str:token>/donnees/accord/", own_data.follow_consent, name="follow_consent"),
    path("suivi/<str:token>/donnees/recevoir/", own_data.follow_data_ask, name="follow_data_ask"),
    path("suivi/<str:token>/donnees/effacer/", own_data.follow_erase, name="follow_erase"),
    path("donnees/<str:token>/", own_data.data_take, name="data_take"),
    path("effacement/<str:token>/", own_data.data_erase, name="data_erase"),
    path("suivi/<str:token>/nouveau-lien/", candidates.follow_renew, name="follow_renew"),
    path("reponse/<str:token>/", candidates.placement_answer, name="placement_answer"),
    path("reponse/<str:token>/accepter/", candidates.answer_accept, name="answer_accept"),
    path("reponse/<str:token>/refuser/", candidates.answer_decline, name="answer_decline"),
    path("reponse/<str:token>/nouveau-lien/", candidates.answer_renew, name="answer_renew"),
    # hosts and their places
    path("places/", leads.home, name="home"),
    path("places/entreprises/", hosts.site_list, name="site_list"),
    path("places/entreprises/ajouter/", hosts.site_add, name="site_add"),
    path("places/entreprises/<uuid:pk>/", hosts.site_detail, name="site_detail"),
    path("places/entreprises/<uuid:pk>/modifier/", hosts.site_edit, name="site_edit"),
    path("places/entreprises/<uuid:pk>/places/", hosts.seats_open, name="seats_open"),
    path("places/entreprises/<uuid:pk>/reconfirmer/", hosts.seats_reconfirm, name="seats_reconfirm"),
    path("places/place/<uuid:pk>/fermer/", hosts.seat_close, name="seat_close"),
    # students
    path("places/etudiants/", leads.student_list, name="student_list"),
    path("places/etudiants/<uuid:pk>/", leads.student_detail, name="student_detail"),
    path("places/etudiants/<uuid:pk>/terminer/", leads.enrolment_end, name="enrolment_end"),
    # placements
    path("places/affectations/<uuid:pk>/envoyer/", leads.placement_send, name="placement_send"),
    path("places/affectations/<uuid:pk>/annuler/", leads.placement_undo, name="placement_undo"),
    path("places/affectations/<uuid:pk>/retirer/", leads.placement_cancel, name="placement_cancel"),
    path("places/affectations/<uuid:pk>/accepter/", leads.placement_accept, name="placement_accept"),
    path("places/affectations/<uuid:pk>/refuser/", leads.placement_decline, name="placement_decline"),
    path("places/affectations/<uuid:pk>/sans-reponse/", lifecycle.placement_lapse, name="placement_lapse"),
    path("places/affectations/<uuid:pk>/commencer/", lifecycle.placement_start, name="placement_start"),
    path("places/affectations/<uuid:pk>/achever/", lifecycle.placement_complete, name="placement_complete"),
    path("places/affectations/<uuid:pk>/rompre/", lifecycle.placement_break, name="placement_break"),
    path("places/affectations/<uuid:pk>/reprendre/", lifecycle.placement_break_undo, name="placement_break_undo"),
    path("places/affectations/<uuid:pk>/avenant/", lifecycle.placement_amend, name="placement_amend"),
    path("places/affectations/<uuid:pk>/suivi/", follow_up.visit_record, name="visit_record"),
    path("places/agenda/", follow_up.lead_agenda, name="lead_agenda"),
    path("places/agenda/fermer/", follow_up.lead_agenda_close, name="lead_agenda_close"),
    path("places/agenda/<str:token>/tandem.ics", follow_up.lead_calendar, name="lead_calendar"),
    path("places/entreprises/<uuid:pk>/liste/", reports.site_sheet, name="site_sheet"),
    # a zone, after the words above
    path("places/<slug:zone>/", leads.zone_board, name="zone_board"),
    path("places/<slug:zone>/placer/", leads.placement_propose, name="placement_propose"),
    path("places/<slug:zone>/en-cours/", lifecycle.zone_waiting, name="zone_waiting"),
    path("places/<slug:zone>/commencer/", lifecycle.placements_start, name="placements_start"),
    path("places/<slug:zone>/suivi/", follow_up.zone_follow_up, name="zone_follow_up"),
    path("places/<slug:zone>/rapport/", reports.zone_report, name="zone_report"),
    path("places/<slug:zone>/rapport.xlsx", reports.zone_report_export, name="zone_report_export"),
    path("partenariat/places/", leads.register, name="register"),
]

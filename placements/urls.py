"""The addresses of places: two personal links, the leads' pages under /places/, and a register of the convention."""

from django.urls import path

from .views import appointments, candidates, contracts, hosts, leads, own_data

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
    # contract files: by personal link, and on the leads' pages
    path("contrat/<str:token>/", contracts.contract_sheet, name="contract_sheet"),
    path("contrat/<str:token>/fiche.pdf", contracts.contract_sheet_pdf, name="contract_sheet_pdf"),
    path("contrat/<str:token>/nouveau-lien/", contracts.contract_renew, name="contract_renew"),
    path("places/affectations/<uuid:pk>/contrat/", contracts.contract_ask, name="contract_ask"),
    path("places/contrats/<uuid:pk>/", contracts.contract_detail, name="contract_detail"),
    path("places/contrats/<uuid:pk>/fiche/", contracts.contract_sheet_write, name="contract_sheet_write"),
    path("places/contrats/<uuid:pk>/fiche.pdf", contracts.contract_pdf, name="contract_pdf"),
    path("places/contrats/<uuid:pk>/relancer/", contracts.contract_remind, name="contract_remind"),
    path("places/contrats/<uuid:pk>/etape/", contracts.contract_step, name="contract_step"),
    path("places/contrats/<uuid:pk>/silence/", contracts.contract_silence, name="contract_silence"),
    path("places/contrats/<uuid:pk>/pieces/", contracts.contract_paper_add, name="contract_paper_add"),
    path("places/contrats/<uuid:pk>/pieces/<uuid:paper>/", contracts.contract_paper_open, name="contract_paper_open"),
    path(
        "places/contrats/<uuid:pk>/pieces/<uuid:paper>/retirer/",
        contracts.contract_paper_drop,
        name="contract_paper_drop",
    ),
    # a zone, after the words above
    path("places/<slug:zone>/contrats/", contracts.contract_list, name="contract_list"),
    path("places/<slug:zone>/", leads.zone_board, name="zone_board"),
    path("places/<slug:zone>/placer/", leads.placement_propose, name="placement_propose"),
    path("partenariat/places/", leads.register, name="register"),
]

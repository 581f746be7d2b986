"""The addresses of places: two personal links, the leads' pages under /places/, and a register of the convention."""

from django.urls import path

from .views import appointments, candidates, companies, host_calls, hosts, leads, own_data, proposals, tutors

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
    path("places/entreprises/doublons/", companies.site_duplicates, name="site_duplicates"),
    path("places/entreprises/importer/", companies.host_list_add, name="host_list_add"),
    path("places/entreprises/importer/modele/", companies.host_list_sheet, name="host_list_sheet"),
    path("places/entreprises/importer/<uuid:pk>/", companies.host_list, name="host_list"),
    path("places/entreprises/importer/<uuid:pk>/confirmer/", companies.host_list_confirm, name="host_list_confirm"),
    path("places/entreprises/importer/<uuid:pk>/oublier/", companies.host_list_drop, name="host_list_drop"),
    path("places/entreprises/<uuid:pk>/", hosts.site_detail, name="site_detail"),
    path("places/entreprises/<uuid:pk>/societe/", companies.company_edit, name="company_edit"),
    path("places/entreprises/<uuid:pk>/appel/", host_calls.site_call, name="site_call"),
    path("places/entreprises/<uuid:pk>/contacts/ajouter/", host_calls.contact_add, name="contact_add"),
    path("places/contacts/<uuid:pk>/modifier/", host_calls.contact_edit, name="contact_edit"),
    path("places/contacts/<uuid:pk>/oublier/", host_calls.contact_remove, name="contact_remove"),
    path("places/contacts/<uuid:pk>/repond/", host_calls.contact_answers, name="contact_answers"),
    path("places/entreprises/<uuid:pk>/tuteurs/ajouter/", tutors.tutor_add, name="tutor_add"),
    path("places/tuteurs/<uuid:pk>/modifier/", tutors.tutor_edit, name="tutor_edit"),
    path("places/tuteurs/<uuid:pk>/partir/", tutors.tutor_leave, name="tutor_leave"),
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
    path("places/affectations/<uuid:pk>/tuteur/", tutors.tutor_assign, name="tutor_assign"),
    # proposals
    path("places/propositions/<uuid:pk>/", proposals.proposal_detail, name="proposal_detail"),
    path("places/propositions/<uuid:pk>/accepter/", proposals.proposal_accept, name="proposal_accept"),
    path("places/propositions/<uuid:pk>/et-si/", proposals.proposal_what_if, name="proposal_what_if"),
    path("places/propositions/<uuid:pk>/encore/", proposals.proposal_again, name="proposal_again"),
    path("places/propositions/<uuid:pk>/recalculer/", proposals.proposal_replay, name="proposal_replay"),
    path("places/etudiants/<uuid:pk>/souhaits/", proposals.mobility_edit, name="mobility_edit"),
    # a zone, after the words above
    path("places/<slug:zone>/", leads.zone_board, name="zone_board"),
    path("places/<slug:zone>/propositions/", proposals.proposal_list, name="proposal_list"),
    path("places/<slug:zone>/placer/", leads.placement_propose, name="placement_propose"),
    path("partenariat/places/", leads.register, name="register"),
]

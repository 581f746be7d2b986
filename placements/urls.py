"""The addresses of places: two personal links, the leads' pages under /places/, and a register of the convention."""

from django.urls import path

from .views import appointments, candidates, hosts, introductions, leads, own_data, presented

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
    path("presentation/<str:token>/", presented.presentation_answer, name="presentation_answer"),
    path("presentation/<str:token>/nouveau-lien/", presented.presentation_renew, name="presentation_renew"),
    path("presentation/<str:token>/<uuid:pk>/rencontrer/", presented.presentation_meet, name="presentation_meet"),
    path("presentation/<str:token>/<uuid:pk>/choisir/", presented.presentation_choose, name="presentation_choose"),
    path("presentation/<str:token>/<uuid:pk>/refuser/", presented.presentation_pass, name="presentation_pass"),
    path("presentation/<str:token>/<uuid:pk>/cv/", presented.presentation_cv, name="presentation_cv"),
    path(
        "suivi/<str:token>/presentations/<uuid:pk>/decliner/",
        presented.follow_introduction_decline,
        name="follow_introduction_decline",
    ),
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
    # introductions
    path("places/entreprises/<uuid:pk>/presenter/", introductions.site_present, name="site_present"),
    path("places/presentations/<uuid:pk>/lien/", introductions.presentation_link, name="presentation_link"),
    path("places/presente/<uuid:pk>/rencontre/", introductions.introduction_meet, name="introduction_meet"),
    path("places/presente/<uuid:pk>/choisir/", introductions.introduction_choose, name="introduction_choose"),
    path("places/presente/<uuid:pk>/refuser/", introductions.introduction_pass, name="introduction_pass"),
    path("places/presente/<uuid:pk>/decliner/", introductions.introduction_decline, name="introduction_decline"),
    path(
        "places/presente/<uuid:pk>/sans-reponse/", introductions.introduction_no_answer, name="introduction_no_answer"
    ),
    path("places/presente/<uuid:pk>/reprendre/", introductions.introduction_take_back, name="introduction_take_back"),
    # a zone, after the words above
    path("places/<slug:zone>/", leads.zone_board, name="zone_board"),
    path("places/<slug:zone>/presentes/", introductions.introduction_list, name="introduction_list"),
    path("places/<slug:zone>/placer/", leads.placement_propose, name="placement_propose"),
    path("partenariat/places/", leads.register, name="register"),
]

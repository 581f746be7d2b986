from django.urls import include, path

from .views import activities, assigning, attachments, contents, guests, publication, registrations, requests

app_name = "programmes"
OF_CONTENTS = [
    path("", contents.curriculum_list, name="curriculum_list"),
    path("valides/", contents.curriculum_validated_list, name="curriculum_validated_list"),
    path("formations/<slug:slug>/nouvelle-version/", contents.curriculum_create, name="curriculum_create"),
    path("<uuid:pk>/", contents.curriculum_read, name="curriculum_read"),
    path("<uuid:pk>/soumettre/", contents.curriculum_submit, name="curriculum_submit"),
    path("<uuid:pk>/retirer/", contents.curriculum_withdraw, name="curriculum_withdraw"),
    path("<uuid:pk>/relecteurs/", assigning.curriculum_assign, name="curriculum_assign"),
    path("<uuid:pk>/modules/nouveau/", contents.module_add, name="module_add"),
    path("<uuid:pk>/proces-verbal.pdf", publication.curriculum_record, name="curriculum_record"),
    path("<uuid:pk>/soumission.pdf", publication.curriculum_submission, name="curriculum_submission"),
    path("modules/<uuid:pk>/", contents.module_edit, name="module_edit"),
    path("modules/<uuid:pk>/supprimer/", contents.module_remove, name="module_remove"),
    path("modules/<uuid:pk>/monter/", contents.module_raise, name="module_raise"),
    path("modules/<uuid:pk>/descendre/", contents.module_lower, name="module_lower"),
    path("modules/<uuid:pk>/pieces/", attachments.module_attach, name="module_attach"),
    path("pieces/<uuid:pk>/", attachments.attachment_open, name="attachment_open"),
    path("pieces/<uuid:pk>/retirer/", attachments.attachment_remove, name="attachment_remove"),
    path("demandes/<uuid:pk>/", requests.request_reply, name="request_reply"),
    path("demandes/<uuid:pk>/regler/", requests.request_settle, name="request_settle"),
]
# What the team does for the chair.
OF_ACTIVITIES = [
    path("", activities.activity_list, name="activity_list"),
    path("inscriptions/", activities.registration_register, name="registration_register"),
    path("chaires/<slug:slug>/nouvelle/", activities.activity_plan, name="activity_plan"),
    path("<uuid:pk>/", activities.activity_read, name="activity_read"),
    path("<uuid:pk>/modifier/", activities.activity_edit, name="activity_edit"),
    path("<uuid:pk>/ouvrir/", activities.activity_open, name="activity_open"),
    path("<uuid:pk>/commencer/", activities.activity_begin, name="activity_begin"),
    path("<uuid:pk>/livrer/", activities.activity_deliver, name="activity_deliver"),
    path("<uuid:pk>/publier/", activities.activity_publish, name="activity_publish"),
    path("<uuid:pk>/annuler/", activities.activity_cancel, name="activity_cancel"),
    path("<uuid:pk>/inscrits/", registrations.activity_registrations, name="activity_registrations"),
    path("<uuid:pk>/inscrits/pointer/", registrations.activity_attend, name="activity_attend"),
    path("<uuid:pk>/inscrits/renoncer/", registrations.activity_give_up, name="activity_give_up"),
    path("<uuid:pk>/inscrits/feuille/", registrations.activity_sheet, name="activity_sheet"),
    path("<uuid:pk>/propositions/", registrations.activity_contributions, name="activity_contributions"),
    path("propositions/<uuid:pk>/decider/", registrations.contribution_decide, name="contribution_decide"),
]
# What everybody sees of the chair, and what a guest does by personal link.
OF_THE_CHAIR = [
    path("suivi/<str:token>/", guests.guest_follow, name="guest_follow"),
    path("suivi/<str:token>/renoncer/", guests.guest_give_up, name="guest_give_up"),
    path("suivi/<str:token>/effacer/", guests.guest_erase, name="guest_erase"),
    path("<slug:slug>/", guests.chair_agenda, name="chair_agenda"),
    path("<slug:slug>/agenda.ics", guests.chair_feed, name="chair_feed"),
    path("<slug:slug>/<uuid:pk>/", guests.chair_activity, name="chair_activity"),
    path("<slug:slug>/<uuid:pk>/inscription/", guests.chair_register, name="chair_register"),
    path("<slug:slug>/<uuid:pk>/proposition/", guests.chair_contribute, name="chair_contribute"),
]
urlpatterns = [
    path("contenus/", include(OF_CONTENTS)),
    path("actions/", include(OF_ACTIVITIES)),
    path("chaire/", include(OF_THE_CHAIR)),
]

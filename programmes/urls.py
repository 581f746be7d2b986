from django.urls import include, path

from . import views

app_name = "programmes"
contents = [
    path("", views.curriculum_list, name="curriculum_list"),
    path("valides/", views.curriculum_validated_list, name="curriculum_validated_list"),
    path("formations/<slug:slug>/nouvelle-version/", views.curriculum_create, name="curriculum_create"),
    path("<uuid:pk>/", views.curriculum_read, name="curriculum_read"),
    path("<uuid:pk>/soumettre/", views.curriculum_submit, name="curriculum_submit"),
    path("<uuid:pk>/retirer/", views.curriculum_withdraw, name="curriculum_withdraw"),
    path("<uuid:pk>/modules/nouveau/", views.module_add, name="module_add"),
    path("modules/<uuid:pk>/", views.module_edit, name="module_edit"),
    path("modules/<uuid:pk>/supprimer/", views.module_remove, name="module_remove"),
    path("modules/<uuid:pk>/monter/", views.module_raise, name="module_raise"),
    path("modules/<uuid:pk>/descendre/", views.module_lower, name="module_lower"),
]
# What the team does for the chair.
activities = [
    path("", views.activity_list, name="activity_list"),
    path("inscriptions/", views.registration_register, name="registration_register"),
    path("chaires/<slug:slug>/nouvelle/", views.activity_plan, name="activity_plan"),
    path("<uuid:pk>/", views.activity_read, name="activity_read"),
    path("<uuid:pk>/modifier/", views.activity_edit, name="activity_edit"),
    path("<uuid:pk>/ouvrir/", views.activity_open, name="activity_open"),
    path("<uuid:pk>/commencer/", views.activity_begin, name="activity_begin"),
    path("<uuid:pk>/livrer/", views.activity_deliver, name="activity_deliver"),
    path("<uuid:pk>/publier/", views.activity_publish, name="activity_publish"),
    path("<uuid:pk>/annuler/", views.activity_cancel, name="activity_cancel"),
    path("<uuid:pk>/inscrits/", views.activity_registrations, name="activity_registrations"),
    path("<uuid:pk>/inscrits/pointer/", views.activity_attend, name="activity_attend"),
    path("<uuid:pk>/inscrits/renoncer/", views.activity_give_up, name="activity_give_up"),
    path("<uuid:pk>/inscrits/feuille/", views.activity_sheet, name="activity_sheet"),
    path("<uuid:pk>/propositions/", views.activity_contributions, name="activity_contributions"),
    path("propositions/<uuid:pk>/decider/", views.contribution_decide, name="contribution_decide"),
]
# What everybody sees of the chair, and what a guest does by personal link.
chair = [
    path("suivi/<str:token>/", views.guest_follow, name="guest_follow"),
    path("suivi/<str:token>/renoncer/", views.guest_give_up, name="guest_give_up"),
    path("suivi/<str:token>/effacer/", views.guest_erase, name="guest_erase"),
    path("<slug:slug>/", views.chair_agenda, name="chair_agenda"),
    path("<slug:slug>/agenda.ics", views.chair_feed, name="chair_feed"),
    path("<slug:slug>/<uuid:pk>/", views.chair_activity, name="chair_activity"),
    path("<slug:slug>/<uuid:pk>/inscription/", views.chair_register, name="chair_register"),
    path("<slug:slug>/<uuid:pk>/proposition/", views.chair_contribute, name="chair_contribute"),
]
urlpatterns = [
    path("contenus/", include(contents)),
    path("actions/", include(activities)),
    path("chaire/", include(chair)),
]

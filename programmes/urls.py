from django.urls import path

from . import views

app_name = "programmes"
urlpatterns = [
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

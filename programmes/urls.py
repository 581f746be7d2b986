from django.urls import path

from .views import assigning, attachments, contents, publication, requests

app_name = "programmes"
urlpatterns = [
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

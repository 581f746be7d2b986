"""The partnership's addresses, under /partenariat/."""

from django.urls import path

from . import views

app_name = "partnership"
urlpatterns = [
    path("", views.board, name="board"),
    path("convention/", views.convention, name="convention"),
    path("convention/<uuid:pk>/", views.convention, name="convention_detail"),
    path("signatures/<int:pk>/signer/", views.signature_sign, name="signature_sign"),
    path("jalons/<int:order>/", views.milestone_detail, name="milestone_detail"),
    path("engagements/", views.commitment_list, name="commitment_list"),
    path("engagements/<uuid:pk>/tenir/", views.commitment_keep, name="commitment_keep"),
]

"""The partnership's addresses: the convention under /partenariat/, the people under /equipe/."""

from django.urls import include, path

from .views import conventions

app_name = "partnership"
CONVENTION = [
    path("", conventions.board, name="board"),
    path("convention/", conventions.convention, name="convention"),
    path("convention/<uuid:pk>/", conventions.convention, name="convention_detail"),
    path("signatures/<int:pk>/signer/", conventions.signature_sign, name="signature_sign"),
    path("jalons/<int:order>/", conventions.milestone_detail, name="milestone_detail"),
    path("engagements/", conventions.commitment_list, name="commitment_list"),
    path("engagements/<uuid:pk>/tenir/", conventions.commitment_keep, name="commitment_keep"),
]
urlpatterns = [
    path("partenariat/", include(CONVENTION)),
]

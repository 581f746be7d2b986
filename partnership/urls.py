"""The partnership's addresses: the convention under /partenariat/, the people under /equipe/, the machine under
/exploitation/."""

from django.urls import include, path

from .views import conventions, operations

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
OPERATIONS = [
    path("", operations.operations, name="operations"),
    path("lettres/renvoyer/", operations.letters_send_again, name="letters_send_again"),
    path("lettres/parties/", operations.letters_settle, name="letters_settle"),
    path("lettres/annuler/", operations.letters_cancel, name="letters_cancel"),
    path("controle/", operations.invariants_check, name="invariants_check"),
]
urlpatterns = [
    path("partenariat/", include(CONVENTION)),
    path("exploitation/", include(OPERATIONS)),
]

"""The partnership's addresses: the convention under /partenariat/, the people under /equipe/, the machine under
/exploitation/, and what one does first."""

from django.urls import include, path

from .views import conventions, first_steps, invitations, operations, optouts, people

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
TEAM = [
    path("", people.person_list, name="person_list"),
    path("inviter/", people.person_invite, name="person_invite"),
    path("<uuid:pk>/", people.person_detail, name="person_detail"),
    path("<uuid:pk>/modifier/", people.person_edit, name="person_edit"),
    path("<uuid:pk>/inviter-encore/", people.person_invite_again, name="person_invite_again"),
    path("<uuid:pk>/second-facteur/", people.person_reset_second_factor, name="person_reset_second_factor"),
    path("<uuid:pk>/depart/", people.person_dismiss, name="person_dismiss"),
    path("<uuid:pk>/retour/", people.person_reactivate, name="person_reactivate"),
    path("<uuid:pk>/roles/ajouter/", people.membership_add, name="membership_add"),
    path("roles/<int:pk>/modifier/", people.membership_edit, name="membership_edit"),
    path("roles/<int:pk>/terminer/", people.membership_end, name="membership_end"),
    # by personal link, without an account
    path("invitation/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("invitation/<str:token>/redemander/", invitations.invitation_renew, name="invitation_renew"),
]
urlpatterns = [
    path("partenariat/", include(CONVENTION)),
    path("equipe/", include(TEAM)),
    path("exploitation/", include(OPERATIONS)),
    path("premiers-pas/ranger/", first_steps.first_steps_put_away, name="first_steps_put_away"),
    # by personal link, without an account
    path("desinscription/<str:token>/", optouts.letter_opt_out, name="letter_opt_out"),
]

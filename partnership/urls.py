"""The partnership's addresses: the convention under /partenariat/, the people under /equipe/, the machine under
/exploitation/, and what one does first."""

from django.urls import include, path

from .views import (
    agenda,
    amendments,
    conventions,
    drafting,
    first_steps,
    invitations,
    journal,
    operations,
    optouts,
    people,
    report,
    zone_map,
)

app_name = "partnership"
CONVENTION = [
    path("", conventions.board, name="board"),
    path("convention/", conventions.convention, name="convention"),
    path("convention/<uuid:pk>/", conventions.convention, name="convention_detail"),
    path("signatures/<int:pk>/signer/", conventions.signature_sign, name="signature_sign"),
    path("jalons/<int:order>/", conventions.milestone_detail, name="milestone_detail"),
    path("rapport/", report.report, name="report"),
    path("rapport.pdf", report.report_pdf, name="report_pdf"),
    path("rapport.xlsx", report.report_xlsx, name="report_xlsx"),
    path("engagements/", conventions.commitment_list, name="commitment_list"),
    path("engagements/<uuid:pk>/tenir/", conventions.commitment_keep, name="commitment_keep"),
    path("carte/", zone_map.zone_map, name="zone_map"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda.ics", agenda.agenda_file, name="agenda_file"),
    path("agenda/abonnement/", agenda.agenda_subscription, name="agenda_subscription"),
    path("agenda/abonnement/fermer/", agenda.agenda_subscription_close, name="agenda_subscription_close"),
    path("agenda/<str:token>/tandem.ics", agenda.agenda_feed, name="agenda_feed"),
    path("engagements/<uuid:pk>/revenir/", conventions.commitment_reopen, name="commitment_reopen"),
    path("convention/<uuid:pk>.pdf", conventions.convention_pdf, name="convention_pdf"),
    path("convention/<uuid:pk>/historique/", journal.convention_history, name="convention_history"),
    # drafting
    path("conventions/", drafting.convention_list, name="convention_list"),
    path("conventions/nouvelle/", drafting.convention_begin, name="convention_begin"),
    path("convention/<uuid:pk>/modifier/", drafting.convention_edit, name="convention_edit"),
    path("convention/<uuid:pk>/supprimer/", drafting.convention_discard, name="convention_discard"),
    path("convention/<uuid:pk>/terminer/", drafting.convention_end, name="convention_end"),
    path("convention/<uuid:pk>/jalons/ajouter/", drafting.milestone_add, name="milestone_add"),
    path("convention/<uuid:pk>/engagements/ajouter/", drafting.commitment_add, name="commitment_add"),
    path("redaction/jalons/<int:pk>/", drafting.milestone_edit, name="milestone_edit"),
    path("redaction/jalons/<int:pk>/retirer/", drafting.milestone_remove, name="milestone_remove"),
    path("redaction/jalons/<int:pk>/objectifs/", drafting.objective_add, name="objective_add"),
    path("redaction/objectifs/<int:pk>/", drafting.objective_edit, name="objective_edit"),
    path("redaction/objectifs/<int:pk>/retirer/", drafting.objective_remove, name="objective_remove"),
    path("redaction/engagements/<uuid:pk>/", drafting.commitment_edit, name="commitment_edit"),
    path("redaction/engagements/<uuid:pk>/retirer/", drafting.commitment_remove, name="commitment_remove"),
    # amendments
    path("convention/<uuid:pk>/avenants/nouveau/", amendments.amendment_begin, name="amendment_begin"),
    path("avenants/<uuid:pk>/", amendments.amendment_detail, name="amendment_detail"),
    path("avenants/<uuid:pk>/modifier/", amendments.amendment_edit, name="amendment_edit"),
    path("avenants/<uuid:pk>/supprimer/", amendments.amendment_discard, name="amendment_discard"),
    path("avenants/<uuid:pk>/objectifs/<int:part>/", amendments.amendment_objective, name="amendment_objective"),
    path("avenants/<uuid:pk>/jalons/<int:part>/", amendments.amendment_milestone, name="amendment_milestone"),
    path("avenants/<uuid:pk>/engagements/<uuid:part>/", amendments.amendment_commitment, name="amendment_commitment"),
    path("avenants/<uuid:pk>/engagements/nouveau/", amendments.amendment_promise, name="amendment_promise"),
    path("avenants/changements/<int:pk>/retirer/", amendments.amendment_withdraw, name="amendment_withdraw"),
    path("avenants/signatures/<int:pk>/signer/", amendments.amendment_sign, name="amendment_sign"),
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

"""The team: inviting, giving and ending roles, seeing somebody off; and nobody left without an administrator."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.urls import reverse

from cohorts import services as recruitment
from cohorts.models import Application, Slot
from cohorts.states import ApplicationState
from partnership import clock, links, services
from partnership.models import JournalEntry, Membership, OutgoingMessage, Party, User, ref
from partnership.states import INVITATION, RESET, MessageState, Role
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
PHRASE = "quatre mots sans rapport"


@pytest.fixture
def desk(administrator, client_of):
    """An administrator's browser."""
    return client_of(administrator)


def invited(administrator, role=Role.RECRUITER, **fields) -> User:
    given = {"role": role, "party": factories.party("igs"), "zone": None}
    said = {"full_name": "Nora Fictive", "email": "Nora@Exemple.test", "language": "fr"}
    return services.invite(by=administrator, **(said | given | fields))


def token_of(person: User) -> str:
    return links.mint(INVITATION, ref(person))


def with_second_factor(person: User) -> User:
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return person


def deeds_of(person: User) -> list[str]:
    return list(JournalEntry.objects.filter(about=ref(person)).order_by("pk").values_list("after", flat=True))


# -- inviting ---------------------------------------------------------------------------------------------------------


def test_an_invitation_opens_an_account_without_a_password_and_writes_a_letter(desk, administrator):
    said = {
        "full_name": "Nora Fictive",
        "email": "Nora@Exemple.test",
        "language": "en",
        "role": "recruiter",
        "party": factories.party("igs").pk,
        "zone": factories.zone("lyon").pk,
        "since": clock.today().isoformat(),
        "until": "",
    }
    person_page = desk.post(reverse("partnership:person_invite"), said)
    person = User.objects.get(email="nora@exemple.test")
    assert person_page.url == reverse("partnership:person_detail", args=[person.pk])
    assert not person.has_usable_password()
    letter = OutgoingMessage.objects.get(about=ref(person))
    assert (letter.to_email, letter.language, letter.link_purpose) == ("nora@exemple.test", "en", INVITATION)
    assert administrator.full_name in letter.text
    assert letter.reply_to == administrator.email
    assert deeds_of(person) == ["added", "invited"]
    # A second one with the address in other letters is told so, and nothing is made.
    again = desk.post(reverse("partnership:person_invite"), said | {"email": "NORA@exemple.test"})
    assert again.status_code == 422
    assert again.context["form"].errors["email"]
    assert User.objects.filter(email__iexact="nora@exemple.test").count() == 1


def test_whoever_sees_personal_data_chooses_a_password_and_comes_in(administrator, client):
    person = invited(administrator)
    address = reverse("partnership:invitation_accept", args=[token_of(person)])
    # Reading the page, as mail scanners do, uses nothing up.
    assert client.get(address).status_code == client.get(address).status_code == 200
    short = client.post(address, {"password": "trop court"})
    assert short.status_code == 422
    assert short.context["form"].errors["password"]
    answer = client.post(address, {"password": PHRASE})
    assert (answer.status_code, answer.url) == (302, reverse("home"))
    person.refresh_from_db()
    assert person.check_password(PHRASE)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert not person.is_awaited
    assert deeds_of(person) == ["added", "invited", "joined"]
    assert client.get(address).status_code == 410
    assert client.post(address, {"password": "une autre phrase encore"}).status_code == 410
    person.refresh_from_db()
    assert person.check_password(PHRASE)


def test_whoever_sees_no_personal_data_needs_no_password(administrator, client):
    person = invited(administrator, role=Role.REVIEWER)
    address = reverse("partnership:invitation_accept", args=[token_of(person)])
    assert 'type="password"' not in client.get(address).content.decode()
    client.post(address)
    person.refresh_from_db()
    assert client.session["_auth_user_id"] == str(person.pk)
    assert not person.has_usable_password()


def test_the_session_of_an_invitation_is_listed_and_ended_like_the_others(administrator, client):
    person = invited(administrator, role=Role.REVIEWER)
    client.post(reverse("partnership:invitation_accept", args=[token_of(person)]))
    opened = UserSession.objects.get(user=person, session_key=client.session.session_key)
    assert client.get(reverse("account")).status_code == 200
    services.end_session(opened, by=person)
    assert client.get(reverse("account")).status_code == 302


def test_a_sign_in_by_another_way_answers_the_invitation(administrator, client, client_of):
    person = invited(administrator, role=Role.REVIEWER)
    token = token_of(person)
    client_of(person)
    person.refresh_from_db()
    assert not person.is_awaited
    assert client.get(reverse("partnership:invitation_accept", args=[token])).status_code == 410
    with pytest.raises(Refused):
        services.invite_again(person, by=administrator)


def test_the_last_sign_in_is_dated_by_our_clock(author, client_of, settings):
    settings.CLOCK_SHIFT = 100 * 24 * 3600
    client_of(author)
    author.refresh_from_db()
    assert clock.now() - author.last_login < timedelta(hours=1)


def test_a_new_invitation_closes_the_first_link(desk, administrator, client):
    person = invited(administrator)
    old = token_of(person)
    desk.post(reverse("partnership:person_invite_again", args=[person.pk]))
    assert client.get(reverse("partnership:invitation_accept", args=[old])).status_code == 410
    states = OutgoingMessage.objects.filter(template="partnership/invitation").values_list("state", flat=True)
    assert sorted(states) == [MessageState.CANCELLED, MessageState.PENDING]


def test_whoever_comes_too_late_may_ask_again_and_learns_nothing(administrator, client):
    person = invited(administrator)
    late, used = token_of(person), token_of(person)
    links.AccessLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    page = client.get(reverse("partnership:invitation_accept", args=[late]))
    assert page.status_code == 410
    assert reverse("partnership:invitation_renew", args=[late]) in page.content.decode()
    said = {}
    for token in (late, used, "inconnue"):
        answer = client.post(reverse("partnership:invitation_renew", args=[token]))
        said[token] = (answer.status_code, answer.content.decode().replace(token, ""))
    assert len(set(said.values())) == 1
    wanted = OutgoingMessage.objects.filter(template="partnership/invitation_wanted")
    assert [letter.to_email for letter in wanted] == [administrator.email]
    assert reverse("partnership:person_detail", args=[person.pk]) in wanted[0].text


def test_a_changed_address_ends_what_was_sent_to_the_old_one(administrator, client):
    person = invited(administrator)
    old = token_of(person)
    services.edit_person(person, by=administrator, version=1, email="nora.fictive@exemple.test")
    assert client.get(reverse("partnership:invitation_accept", args=[old])).status_code == 410
    waiting = OutgoingMessage.objects.get(about=ref(person), state=MessageState.PENDING)
    assert waiting.to_email == "nora.fictive@exemple.test"


def test_a_letter_that_came_back_from_the_old_address_is_not_sent_there_again(administrator):
    person = invited(administrator)
    OutgoingMessage.objects.filter(about=ref(person)).update(state=MessageState.BOUNCED, sent_at=clock.now())
    services.edit_person(person, by=administrator, version=1, email="nora.fictive@exemple.test")
    returned = OutgoingMessage.objects.get(about=ref(person), to_email="nora@exemple.test")
    with pytest.raises(Refused):
        services.send_letter_again(returned, by=administrator)


# -- records and roles ------------------------------------------------------------------------------------------------


def test_two_administrators_do_not_overwrite_each_other(desk, author):
    address = reverse("partnership:person_edit", args=[author.pk])
    said = {"full_name": "Irène C.", "email": author.email, "phone": "01 23 45 67 89", "language": "fr", "version": "1"}
    assert desk.post(address, said).status_code == 302
    author.refresh_from_db()
    assert (author.full_name, author.phone) == ("Irène C.", "+33123456789")
    stale = desk.post(address, said | {"full_name": "Autre Nom"})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "Autre Nom" in page and "Irène C." in page
    author.refresh_from_db()
    assert author.full_name == "Irène C."


def test_a_role_is_given_once_changed_and_ended(desk, administrator, author):
    lyon, smt = factories.zone("lyon"), factories.party("smt")
    since = clock.today() - timedelta(days=3)
    said = {"role": "regional_lead", "party": smt.pk, "zone": lyon.pk, "since": since.isoformat(), "until": ""}
    add = reverse("partnership:membership_add", args=[author.pk])
    assert desk.post(add, said).status_code == 302
    assert desk.post(add, said).status_code == 422
    given = author.memberships.get(role=Role.REGIONAL_LEAD)
    edit = reverse("partnership:membership_edit", args=[given.pk])
    assert desk.post(edit, said | {"zone": "", "version": "1"}).status_code == 302
    assert desk.post(edit, said | {"version": "1"}).status_code == 409
    assert desk.post(edit, said | {"version": "2", "until": "2001-01-01"}).status_code == 422
    given.refresh_from_db()
    assert given.zone is None
    desk.post(reverse("partnership:membership_end", args=[given.pk]))
    given.refresh_from_db()
    assert given.until == clock.today() - timedelta(days=1)
    assert not User.objects.get(pk=author.pk).has_role(Role.REGIONAL_LEAD)
    with pytest.raises(Refused):
        services.end_membership(given, by=administrator)


def test_a_role_that_has_not_lasted_a_day_leaves_only_its_lines_in_the_journal(administrator, author):
    given = services.add_membership(author, by=administrator, role=Role.COORDINATOR, party=factories.party("igs"))
    services.end_membership(given, by=administrator)
    assert not author.memberships.filter(role=Role.COORDINATOR).exists()
    assert deeds_of(author) == ["added", "ended"]


@pytest.mark.parametrize("deed", ["dismiss", "end", "limit", "change"])
def test_the_last_administrator_stays(administrator, deed):
    own = administrator.memberships.get()
    # Whoever administers until a given day does not count: the day would come.
    factories.user(Role.ADMINISTRATOR).memberships.update(until=clock.today() + timedelta(days=30))
    # Nor does whoever has not answered: the address may be mistyped.
    invited(administrator, role=Role.ADMINISTRATOR)
    deeds = {
        "dismiss": lambda: services.dismiss(administrator, by=administrator, heirs={}),
        "end": lambda: services.end_membership(own, by=administrator),
        "limit": lambda: services.edit_membership(own, by=administrator, version=1, until=clock.today()),
        "change": lambda: services.edit_membership(own, by=administrator, version=1, role=Role.AUTHOR),
    }
    with pytest.raises(Refused, match="administr"):
        deeds[deed]()
    assert User.objects.get(pk=administrator.pk).has_role(Role.ADMINISTRATOR)
    factories.user(Role.ADMINISTRATOR)
    deeds[deed]()


# -- leaving ----------------------------------------------------------------------------------------------------------


def test_whoever_is_dismissed_is_out_at_the_next_click(administrator, recruiter, client_of):
    theirs = client_of(with_second_factor(recruiter))
    assert theirs.get(reverse("cohorts:worklist")).status_code == 200
    token = links.mint(RESET, ref(recruiter))
    services.dismiss(recruiter, by=administrator, heirs={})
    answer = theirs.get(reverse("cohorts:worklist"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    gone = User.objects.get(pk=recruiter.pk)
    assert not gone.is_active
    assert not gone.has_usable_password()
    assert not gone.memberships.lasting().exists()
    assert not Authenticator.objects.filter(user=gone).exists()
    with pytest.raises(links.Unusable):
        links.find(token, RESET)
    assert deeds_of(gone)[-1] == "dismissed"
    # A second click of another administrator changes nothing.
    with pytest.raises(Refused):
        services.dismiss(gone, by=administrator, heirs={})


def test_letters_that_have_not_left_do_not_reach_whoever_has_left(administrator):
    person = invited(administrator)
    services.dismiss(person, by=administrator, heirs={})
    assert set(OutgoingMessage.objects.filter(to_ref=ref(person)).values_list("state", flat=True)) == {
        MessageState.CANCELLED
    }
    with pytest.raises(Refused):
        services.invite_again(User.objects.get(pk=person.pk), by=administrator)


def test_no_file_stays_with_whoever_has_left(desk, administrator, recruiter, lyon_recruiter):
    lyon, paris = factories.cohort("lyon"), factories.cohort("paris")
    mine = factories.application(lyon, state=ApplicationState.SUBMITTED, owner=recruiter)
    elsewhere = factories.application(paris, state=ApplicationState.SUBMITTED, owner=recruiter)
    booked = recruitment.schedule_interview(
        mine, starts_at=clock.now() + timedelta(days=1), place="Salle 2", by=recruiter
    )
    parisian = factories.user(Role.RECRUITER, zone=factories.zone("paris"), name="Paul Fictif")
    address = reverse("partnership:person_dismiss", args=[recruiter.pk])
    page = desk.get(address)
    assert mine.reference in page.content.decode()
    assert set(page.context["form"]["files"].field.queryset) == {lyon_recruiter, parisian}
    desk.post(address, {"files": str(lyon_recruiter.pk)})
    # The heir recruits in Lyon: the file of Paris goes to whoever does there.
    owners = {pk: owner for pk, owner in Application.objects.values_list("pk", "owner__full_name")}
    assert owners == {mine.pk: lyon_recruiter.full_name, elsewhere.pk: parisian.full_name}
    assert Slot.objects.get(pk=booked.slot_id).held_by == lyon_recruiter


def test_a_chosen_heir_from_nowhere_is_refused(desk, recruiter, lyon_recruiter, author):
    factories.application(factories.cohort("lyon"), state=ApplicationState.SUBMITTED, owner=recruiter)
    address = reverse("partnership:person_dismiss", args=[recruiter.pk])
    assert desk.post(address, {"files": str(author.pk)}).status_code == 422
    assert User.objects.get(pk=recruiter.pk).is_active


def test_a_file_in_a_zone_without_a_recruiter_is_told_to_be_nobodys(desk, recruiter):
    file = factories.application(factories.cohort("lyon"), state=ApplicationState.SUBMITTED, owner=recruiter)
    page = desk.post(reverse("partnership:person_dismiss", args=[recruiter.pk]), follow=True)
    file.refresh_from_db()
    assert file.owner is None
    assert "personne" in page.content.decode()


def test_whoever_comes_back_is_invited_anew_and_has_no_role(desk, administrator, author):
    services.dismiss(author, by=administrator, heirs={})
    desk.post(reverse("partnership:person_reactivate", args=[author.pk]))
    back = User.objects.get(pk=author.pk)
    assert back.is_active and back.is_awaited
    assert not back.memberships.lasting().exists()
    with pytest.raises(Refused):
        services.reactivate(back, by=administrator)


def test_whoever_has_left_is_given_no_role_by_whoever_has_not_heard_of_it(desk, administrator, author):
    ended = author.memberships.get()
    Membership.objects.filter(pk=ended.pk).update(since=clock.today() - timedelta(days=9))
    believed = User.objects.get(pk=author.pk)
    services.dismiss(author, by=administrator, heirs={})
    with pytest.raises(Refused):
        services.add_membership(believed, by=administrator, role=Role.AUTHOR, party=ended.party)
    ended.refresh_from_db()
    said = {"role": Role.AUTHOR, "party": ended.party_id, "since": ended.since, "until": "", "version": ended.version}
    assert desk.post(reverse("partnership:membership_edit", args=[ended.pk]), said).status_code == 422
    services.reactivate(User.objects.get(pk=author.pk), by=administrator)
    assert not author.memberships.lasting().exists()


def test_a_lost_second_factor_is_reset(desk, author):
    address = reverse("partnership:person_reset_second_factor", args=[with_second_factor(author).pk])
    desk.post(address)
    assert not Authenticator.objects.filter(user=author).exists()
    # A second time there is nothing to reset: told, not failed.
    assert desk.post(address).status_code == 302


# -- the pages --------------------------------------------------------------------------------------------------------


def test_the_title_counts_who_is_awaited_and_who_is_unprotected(desk, administrator):
    with_second_factor(administrator)
    assert desk.get(reverse("partnership:person_list")).context["verdict"] == "1\u00a0personne."
    invited(administrator)
    factories.user(Role.RECRUITER)
    verdict = desk.get(reverse("partnership:person_list")).context["verdict"]
    assert verdict == "3\u00a0personnes, 1\u00a0invitation sans réponse, 1\u00a0sans second facteur."


def test_the_list_finds_by_name_role_zone_and_state(desk, administrator, lyon_recruiter, author, stranger):
    with_second_factor(administrator)
    person = invited(administrator, zone=factories.zone("paris"))
    gone = factories.user(Role.AUTHOR, name="Partie Fictive")
    services.dismiss(gone, by=administrator, heirs={})

    def found(**asked) -> set[str]:
        page = desk.get(reverse("partnership:person_list"), asked)
        return {line["person"].full_name for line in page.context["lines"]}

    assert found(q="irène") == {author.full_name}
    assert found(role="recruiter", zone="lyon") == {lyon_recruiter.full_name}
    assert found(etat="awaited") == {person.full_name}
    assert found(etat="unprotected") == {lyon_recruiter.full_name, person.full_name}
    assert found(etat="roleless") == {stranger.full_name}
    assert found(etat="left") == {gone.full_name}
    assert gone.full_name not in found()
    assert found(role="n’importe quoi") == found()


def test_the_list_and_a_record_cost_the_same_with_one_person_and_with_thirty(
    desk, administrator, django_assert_max_num_queries
):
    costs = []
    for number in (1, 29):
        for _one in range(number):
            person = factories.user(Role.RECRUITER, zone=factories.zone("lyon"))
            services.add_membership(person, by=administrator, role=Role.AUTHOR, party=factories.party("igs"))
        with django_assert_max_num_queries(12) as listed:
            desk.get(reverse("partnership:person_list"))
        with django_assert_max_num_queries(14) as read:
            desk.get(reverse("partnership:person_detail", args=[person.pk]))
        costs.append((len(listed), len(read)))
    assert costs[0] == costs[1]


def test_a_record_tells_its_story_without_a_code(desk, administrator):
    person = invited(administrator)
    services.end_membership(person.memberships.get(), by=administrator)
    page = desk.get(reverse("partnership:person_detail", args=[person.pk])).content.decode()
    assert "Invitation envoyée" in page
    assert "dismissed" not in page and "recruiter" not in page.replace("person", "")


# -- the first administrator ------------------------------------------------------------------------------------------


def create(*options: str, email: str = "odile@exemple.test") -> str:
    output = StringIO()
    call_command("create_administrator", "--email", email, "--name", "Odile Fictive", *options, stdout=output)
    return output.getvalue()


def test_the_first_administrator_is_made_by_a_command_before_any_mail_leaves(client):
    printed = create("--party", "igs", "Groupe IGS")
    person = User.objects.get()
    assert person.has_role(Role.ADMINISTRATOR)
    assert Party.objects.get().name == "Groupe IGS"
    assert OutgoingMessage.objects.get().template == "partnership/invitation"
    address = printed.strip().splitlines()[-1]
    path = address.partition("/fr/")[2]
    assert client.post(f"/fr/{path}", {"password": PHRASE}).status_code == 302
    # Again, with the same address: the same account, and nothing to answer any more.
    assert "no invitation" in create()
    assert User.objects.count() == Membership.objects.count() == 1


def test_the_command_said_twice_gives_a_link_that_works(client):
    create("--party", "igs", "Groupe IGS")
    address = create().strip().splitlines()[-1]
    assert client.get("/fr/" + address.partition("/fr/")[2]).status_code == 200
    assert User.objects.count() == Membership.objects.count() == 1


def test_the_command_refuses_a_second_administrator_unless_it_is_told(administrator):
    with pytest.raises(CommandError, match="--another"):
        create("--party", "nouvelle", "Nouvelle partie")
    assert not Party.objects.filter(code="nouvelle").exists()
    create("--another")
    assert User.objects.get(email="odile@exemple.test").has_role(Role.ADMINISTRATOR)


def test_the_command_asks_for_what_it_lacks():
    with pytest.raises(CommandError, match="--party"):
        create()
    with pytest.raises(CommandError, match="not an e-mail address"):
        create(email="odile")


def test_a_stale_record_is_refused_by_the_service_too(administrator, author):
    services.edit_person(author, by=administrator, version=1, full_name="Irène C.")
    with pytest.raises(Stale):
        services.edit_person(author, by=administrator, version=1, full_name="Autre")

"""Two administrators see each other off at the same moment: one stays. Twenty open one invitation: one comes in."""

from partnership import clock, links, services
from partnership.models import JournalEntry, Membership, User, ref
from partnership.states import INVITATION, Role
from partnership.workflow import Refused

from .. import factories
from .crowd import at_once, naive

MANY = 20


def administrators() -> int:
    held = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return User.objects.filter(memberships__in=held).count()


def test_two_administrators_who_dismiss_each_other_leave_one():
    pair = [factories.user(Role.ADMINISTRATOR), factories.user(Role.ADMINISTRATOR)]
    outcome = at_once(2, lambda place: services.dismiss(pair[1 - place], by=pair[place], heirs={}))
    assert outcome == {"done": 1, "Refused": 1}
    assert administrators() == 1


def test_many_administrators_who_give_up_at_once_leave_one():
    crowd = [factories.user(Role.ADMINISTRATOR) for _one in range(8)]
    own = [person.memberships.get() for person in crowd]
    outcome = at_once(8, lambda place: services.end_membership(own[place], by=crowd[place]))
    assert outcome == {"done": 7, "Refused": 1}
    assert administrators() == 1


def test_without_the_lock_nobody_would_be_left():
    pair = [factories.user(Role.ADMINISTRATOR), factories.user(Role.ADMINISTRATOR)]
    believed = naive(
        2,
        read=lambda place: administrators() > 1,
        write=lambda place: User.objects.filter(pk=pair[1 - place].pk).update(is_active=False),
    )
    assert (believed, administrators()) == (2, 0)


def test_an_invitation_lets_one_in():
    by = factories.user(Role.ADMINISTRATOR)
    person = services.invite(
        full_name="Nora Fictive",
        email="nora@exemple.test",
        language="fr",
        by=by,
        role=Role.RECRUITER,
        party=factories.party("igs"),
        zone=None,
    )
    token = links.mint(INVITATION, ref(person))

    def come_in(place: int) -> None:
        link, _person = services.invited_by_link(token)
        services.accept_invitation(link, password=f"quatre mots sans rapport {place}")

    assert at_once(MANY, come_in) == {"done": 1, "Unusable": MANY - 1}
    assert JournalEntry.objects.filter(subject=ref(person), after="joined").count() == 1


def test_the_same_role_given_by_many_is_given_once():
    by, person, party = factories.user(Role.ADMINISTRATOR), factories.user(), factories.party("igs")
    outcome = at_once(
        MANY, lambda place: services.add_membership(person, by=by, role=Role.AUTHOR, party=party, since=clock.today())
    )
    assert outcome == {"done": 1, "Refused": MANY - 1}


def test_of_many_first_administrators_there_is_one():
    party = factories.party("igs")

    def create(place: int) -> None:
        email = f"premier{place}@exemple.test"
        services.create_administrator(full_name="Premier", email=email, party=party, language="fr", another=False)

    assert at_once(MANY, create, beaten=(Refused,)) == {"done": 1, "Refused": MANY - 1}
    assert administrators() == User.objects.count() == 1

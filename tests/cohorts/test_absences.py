"""Absences: each says their own, a head the team's; somebody stands in, and nobody is given work while away."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from cohorts import handover, services
from cohorts.models import Absence
from partnership import clock
from partnership import services as team
from partnership.models import JournalEntry, Membership
from partnership.states import Role
from partnership.workflow import Refused

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(db):
    return factories.user(Role.HEAD_OF_RECRUITMENT, zone=factories.zone("lyon"), name="Solène Baret")


def _in(days):
    return clock.today() + timedelta(days=days)


def _plan(person, cover, first=0, last=3, by=None):
    return services.plan_absence(person, since=_in(first), until=_in(last), cover=cover, by=by or person)


def _address(name="absence_list", *arguments):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=arguments)


def _said(person, cover, first=0, last=3):
    days = {"since": _in(first).isoformat(), "until": _in(last).isoformat()}
    return {"person": person.pk, "cover": cover.pk} | days


# -- the service ------------------------------------------------------------------------------------------------------


def test_an_absence_is_planned_and_journalled(recruiter, lyon_recruiter):
    absence = _plan(lyon_recruiter, recruiter)
    assert (absence.cover, absence.planned_by) == (recruiter, lyon_recruiter)
    line = JournalEntry.objects.get()
    assert (line.after, line.about) == ("planned", f"partnership.user:{lyon_recruiter.pk}")


@pytest.mark.parametrize(("first", "last"), [(3, 2), (-9, -1), (0, 400)])
def test_impossible_days_are_refused(recruiter, lyon_recruiter, first, last):
    with pytest.raises(Refused):
        _plan(lyon_recruiter, recruiter, first, last)


def test_somebody_else_who_recruits_stands_in(recruiter, lyon_recruiter, author):
    for cover in (lyon_recruiter, author):
        with pytest.raises(Refused):
            _plan(lyon_recruiter, cover)


def test_whoever_stands_in_recruits_where_files_wait(recruiter, lyon_recruiter):
    factories.application(factories.cohort("lyon"), owner=recruiter)
    _plan(recruiter, lyon_recruiter, 0, 1)
    factories.application(factories.cohort("paris"), owner=recruiter)
    with pytest.raises(Refused, match="Paris"):
        _plan(recruiter, lyon_recruiter, 5, 6)


def test_whoever_is_away_themselves_stands_in_for_nobody(recruiter, lyon_recruiter):
    other = factories.user(Role.RECRUITER)
    _plan(recruiter, other, 2, 4)
    with pytest.raises(Refused):
        _plan(lyon_recruiter, recruiter, 0, 2)
    _plan(lyon_recruiter, recruiter, 0, 1)


def test_nobody_is_away_twice_on_a_day(recruiter, lyon_recruiter):
    _plan(lyon_recruiter, recruiter, 0, 3)
    with pytest.raises(Refused):
        _plan(lyon_recruiter, recruiter, 3, 5)
    _plan(lyon_recruiter, recruiter, 4, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.filter(since=_in(4)).update(since=_in(2))


def test_who_comes_back_early_works_again_from_that_day_on(recruiter, lyon_recruiter):
    begun, ahead = _plan(lyon_recruiter, recruiter, -2, 3), _plan(lyon_recruiter, recruiter, 10, 12)
    for absence in (begun, ahead):
        services.end_absence(absence, by=lyon_recruiter)
    assert Absence.objects.get().until == _in(-1)
    assert not Absence.objects.on(clock.today()).exists()
    assert JournalEntry.objects.filter(after="ended").count() == 2


def test_whoever_is_away_is_given_no_new_file_as_long_as_somebody_is_there(recruiter, lyon_recruiter):
    cohort = factories.cohort("lyon")
    factories.application(cohort, owner=recruiter)
    assert handover.owner_for(cohort) == lyon_recruiter
    _plan(lyon_recruiter, recruiter)
    assert handover.owner_for(cohort) == recruiter
    Membership.objects.filter(user=recruiter).delete()
    assert handover.owner_for(cohort) == lyon_recruiter


def test_whoever_leaves_for_good_stands_in_no_longer(administrator, recruiter, lyon_recruiter):
    other = factories.user(Role.RECRUITER, name="Aya Fictive")
    _plan(lyon_recruiter, recruiter)
    (belonging,) = (one for one in handover.BELONGINGS if one.key == "covers")
    assert (belonging.held_by(recruiter).number, belonging.held_by(recruiter).sample) == (1, ("Mehdi Ancelin",))
    team.dismiss(recruiter, by=administrator, heirs={})
    assert Absence.objects.get().cover == other
    team.dismiss(other, by=administrator, heirs={})
    assert not Absence.objects.exists()


# -- the page ---------------------------------------------------------------------------------------------------------


def test_a_recruiter_plans_their_own_and_ends_it(recruiter, lyon_recruiter, client_of):
    client = client_of(lyon_recruiter)
    assert "Nobody is away today." in client.get(_address()).content.decode()
    assert client.post(_address(), _said(lyon_recruiter, recruiter)).status_code == 302
    absence = Absence.objects.get()
    assert "Mehdi Ancelin is away until" in client.get(_address()).content.decode()
    assert client.post(_address("absence_end", absence.pk)).status_code == 302
    assert not Absence.objects.exists()


def test_a_recruiter_plans_nobody_elses(recruiter, lyon_recruiter, client_of):
    answer = client_of(lyon_recruiter).post(_address(), _said(recruiter, lyon_recruiter))
    assert answer.status_code == 422 and not Absence.objects.exists()


def test_a_head_plans_and_ends_for_the_team(head, recruiter, lyon_recruiter, client_of):
    client = client_of(head)
    assert client.post(_address(), _said(lyon_recruiter, head)).status_code == 302
    absence = Absence.objects.get()
    assert (absence.user, absence.planned_by) == (lyon_recruiter, head)
    assert client.post(_address("absence_end", absence.pk)).status_code == 302


def test_whoever_stands_in_sees_it_and_does_not_end_it_and_others_see_nothing(recruiter, lyon_recruiter, client_of):
    other = factories.user(Role.RECRUITER, zone=factories.zone("lyon"))
    absence = _plan(lyon_recruiter, recruiter)
    cover = client_of(recruiter)
    assert "Mehdi Ancelin" in cover.get(_address()).content.decode()
    assert cover.post(_address("absence_end", absence.pk)).status_code == 403
    stranger = client_of(other)
    assert "is away until" not in stranger.get(_address()).content.decode()
    assert stranger.post(_address("absence_end", absence.pk)).status_code == 404


def test_a_head_sees_nothing_of_another_zones_team(head, client_of):
    paris = factories.user(Role.RECRUITER, zone=factories.zone("paris"))
    cover = factories.user(Role.RECRUITER, zone=factories.zone("paris"))
    absence = _plan(paris, cover)
    client = client_of(head)
    assert client.post(_address("absence_end", absence.pk)).status_code == 404
    assert client.post(_address(), _said(paris, head)).status_code == 422


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"since": ""}, "id_since"),
        ({"since": "demain"}, "id_since"),
        ({"until": "2020-01-01"}, "id_until"),
        ({"cover": ""}, "id_cover"),
        ({"cover": "moi"}, "id_cover"),
        ({"since": "0001-01-01", "until": "0001-01-02"}, "form-errors"),
    ],
)
def test_a_form_that_says_too_little_comes_back(recruiter, lyon_recruiter, client_of, changes, anchor):
    answer = client_of(lyon_recruiter).post(_address(), _said(lyon_recruiter, recruiter) | changes)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{anchor}"' in body and f'id="{anchor}"' in body
    assert not Absence.objects.exists()

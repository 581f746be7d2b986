"""Personas by role, and the few fixtures every folder shares."""

import pytest
from django.test import Client

from partnership.models import User
from partnership.states import Role

from . import factories


@pytest.fixture
def coordinator(db) -> User:
    return factories.user(Role.COORDINATOR, name="Hélène Brossard")


@pytest.fixture
def smt_coordinator(db) -> User:
    return factories.user(Role.COORDINATOR, party_code="smt", name="Paul Vernet")


@pytest.fixture
def recruiter(db) -> User:
    """Recruits in every zone."""
    return factories.user(Role.RECRUITER, name="Claire Devaux")


@pytest.fixture
def lyon_recruiter(db) -> User:
    return factories.user(Role.RECRUITER, zone=factories.zone("lyon"), name="Mehdi Ancelin")


@pytest.fixture
def author(db) -> User:
    return factories.user(Role.AUTHOR, name="Irène Castel")


@pytest.fixture
def reviewer(db) -> User:
    return factories.user(Role.REVIEWER, party_code="smt", name="Paul Armangaud")


@pytest.fixture
def lyon_lead(db) -> User:
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")


@pytest.fixture
def paris_lead(db) -> User:
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("paris"), name="Anne Morvan")


@pytest.fixture
def administrator(db) -> User:
    return factories.user(Role.ADMINISTRATOR, name="Odile Ferrand")


@pytest.fixture
def stranger(db) -> User:
    """Has an account and no role."""
    return factories.user(name="Sans Rôle")


@pytest.fixture
def client_of():
    """A signed-in test client for a user."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in

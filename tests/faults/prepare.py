"""Fills the database of a site: `python -m tests.faults.prepare`, a process of its own on that database."""

import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from partnership.states import Role  # noqa: E402 (models are there only now)
from tests import factories  # noqa: E402

# Few enough that offers meet their limit.
PLACES, SEATS = {"lyon": 24, "paris": 400}, 5


def main() -> None:
    """A signed convention, one course in two zones, who works on it, and a host with a few seats."""
    call_command("migrate", verbosity=0)
    factories.convention()
    for zone, places in PLACES.items():
        factories.commune(zone)
        factories.cohort(zone, capacity=places)
    for number in (1, 2):
        factories.user(Role.RECRUITER, email=f"recruteur{number}@exemple.test", language="en")
    lead = factories.user(
        Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), email="referent@exemple.test", language="en"
    )
    for number in range(1, 11):
        factories.user(Role.AUTHOR, email=f"auteur{number}@exemple.test", language="en")
    site = factories.site("lyon", contact_email="plateau@exemple.test")
    for _number in range(SEATS):
        factories.seat(site, of=factories.intake(), by=lead)


if __name__ == "__main__":
    main()

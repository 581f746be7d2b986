"""The clerk of a site, a process of its own on its database: fills it, then checks it for each line that it is sent."""

import json
import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 (models are there only now)

from partnership import invariants  # noqa: E402
from partnership.states import Role  # noqa: E402
from partnership.workflow import record  # noqa: E402
from tests import factories  # noqa: E402

# Few enough that offers meet their limit.
PLACES, SEATS = {"lyon": 24, "paris": 400}, 5


def main() -> None:
    """A signed convention, one course in two zones, who works on it, and a host with a few seats."""
    call_command("migrate", verbosity=0)
    signed = factories.convention()
    record(signed, signed.state, by=signed.signatures.first().signed_by)
    content = factories.curriculum()
    record(content, content.state, by=content.decided_by)
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
    connection.close()  # a line to a database that is killed in the meantime is of no use
    print(json.dumps([]), flush=True)
    for _line in sys.stdin:
        print(json.dumps([str(finding) for finding in invariants.check()]), flush=True)
        connection.close()

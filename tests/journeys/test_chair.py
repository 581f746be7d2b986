"""A year of a chair: what it promised, who came, what was proposed, and how the convention's milestone followed."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from partnership import clock, links, retention, sending
from partnership.measures import Census
from partnership.models import OutgoingMessage, ref
from partnership.states import MessageState, MilestoneStatus, Precision, Role
from partnership.workflow import Refused
from programmes import measures, services
from programmes.models import ChairActivity, Contribution, Registration
from programmes.states import GUEST, ActivityKind, ActivityState, Attendance, ContributionState, ProgrammeKind

from .. import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder", "promises_hold")]
YEAR = 2027
S = ActivityState


def at(month: int, day: int, hour: int = 9, *, years: int = 0) -> datetime:
    return datetime.combine(date(YEAR + years, month, day), time(hour), clock.PARIS)


@pytest.fixture
def milestone():
    """The chair's milestone, to be settled by the end of the year: four activities are promised."""
    with clock.travel(at(1, 11)):
        found = factories.milestone(order=3)
        dated = {"finalise_by": date(YEAR, 12, 31), "finalise_precision": Precision.DAY}
        factories.rewrite(found, **dated)
        with factories.before_the_signature():
            type(found.convention).objects.update(signed_at=at(1, 1))
        found.refresh_from_db()
        factories.objective(milestone=found, measure="activities_delivered", target=4)
        factories.programme("chaire", milestone=found, kind=ProgrammeKind.CHAIR, short_title="Chaire", level=None)
    return found


@pytest.fixture
def team(milestone):
    """A coordinator of each party; people of later in the year sign in as they did."""
    with clock.travel(at(1, 11)):
        return {
            "igs": factories.user(Role.COORDINATOR, name="Hélène Brossard"),
            "smt": factories.user(Role.COORDINATOR, party_code="smt", name="Étienne Valmy"),
        }


class Year:
    """The deeds of a year, each on its day."""

    def __init__(self, milestone, team):
        self.milestone, self.team = milestone, team
        self.chair = milestone.programmes.get()

    def plan(self, title, kind, begins, ends, *, party, **said):
        with clock.travel(at(1, 12)):
            return services.plan_activity(
                self.chair,
                title=title,
                kind=kind,
                begins_at=begins,
                ends_at=ends,
                lead=self.team[party],
                lead_party=factories.party(party),
                is_public=True,
                by=self.team[party],
                **said,
            )

    def now(self, activity):
        return ChairActivity.objects.get(pk=activity.pk)

    def come(self, activity, who, when):
        with clock.travel(when):
            return services.register(
                activity,
                submit_key=uuid4(),
                email=f"{who}@exemple.test",
                name=who.title(),
                organisation="Contact Exemple",
                language="fr",
            )

    def deliver(self, activity, when, *, text=""):
        by = activity.lead
        with clock.travel(when - timedelta(days=1)):
            if self.now(activity).state == S.PLANNED:
                services.open_activity(activity, by=by)
            services.begin_activity(activity, by=by)
        with clock.travel(when):
            services.deliver_activity(
                activity,
                version=self.now(activity).version,
                on=clock.today(),
                deliverable=f"Livrable : {activity.title}",
                deliverable_text=text,
                by=by,
            )
            if text:
                services.publish_activity(activity, by=by)

    def status(self, client_of, when):
        """What the milestone's page computes that day, for a coordinator."""
        with clock.travel(when):
            site = client_of(self.team["igs"])
            answer = site.get(reverse("partnership:milestone_detail", args=[self.milestone.order]))
            return answer.context["card"].standing.status


def figures_are_what_sql_counts(convention, milestone):
    """The board's four figures, counted again by statements that know nothing of our code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state IN ('delivered', 'published'))"
            " FROM programmes_chairactivity WHERE state <> 'cancelled'"
        )
        activities, delivered = cursor.fetchone()
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE r.attendance = 'present') FROM programmes_registration r"
            " JOIN programmes_chairactivity a ON a.id = r.activity_id"
            " WHERE r.state = 'registered' AND a.state <> 'cancelled'"
        )
        registered, came = cursor.fetchone()
    counted = measures.counts(Census(None, convention))
    here = (milestone.pk, None)
    assert [counted[measure.key].get(here, 0) for measure in measures.CHAIR] == [
        activities,
        delivered,
        registered,
        came,
    ]
    return activities, delivered, registered, came


def test_the_year_of_a_chair_is_played_and_its_milestone_computed(milestone, team, client_of, client):
    year = Year(milestone, team)
    convention = milestone.convention
    seminar = year.plan(
        "Séminaire inaugural",
        ActivityKind.SEMINAR,
        at(3, 18, 14),
        at(3, 18, 18),
        party="igs",
        place="Campus de Paris",
        registrations_until=date(YEAR, 3, 16),
        capacity=3,
    )
    study = year.plan("Parcours et fidélisation", ActivityKind.STUDY, at(2, 1), at(6, 30), party="smt")
    journal = year.plan(
        "Cahier de recherche",
        ActivityKind.PUBLICATION,
        at(5, 1),
        at(10, 29),
        party="igs",
        contributions_until=date(YEAR, 5, 31),
    )
    conference = year.plan(
        "Conférence de Toulouse",
        ActivityKind.CONFERENCE,
        at(9, 23, 18),
        at(9, 23, 20),
        party="smt",
        registrations_until=date(YEAR, 9, 22),
    )
    prize = year.plan("Prix du mémoire", ActivityKind.PRIZE, at(12, 9, 18), at(12, 9, 20), party="igs")
    # Nothing is late on the first day, and nothing is there yet.
    assert year.status(client_of, at(1, 12, 10)) == MilestoneStatus.AT_RISK
    assert figures_are_what_sql_counts(convention, milestone) == (5, 0, 0, 0)

    # The seminar is full at once; somebody gives their place back, somebody of the list has it.
    with clock.travel(at(2, 1)):
        services.open_activity(seminar, by=team["igs"])
    told = [year.come(seminar, who, at(2, 1 + n)) for n, who in enumerate(("amina", "basile", "carla", "dora", "elio"))]
    assert told == ["registered"] * 3 + ["waiting"] * 2
    with clock.travel(at(3, 1)):
        leaving = Registration.objects.get(email="amina@exemple.test")
        client.post(reverse("programmes:guest_give_up", args=[links.mint(GUEST, ref(leaving))]))
    assert Registration.objects.get(email="dora@exemple.test").state == "registered"
    # After the last day of registrations nobody comes any more.
    with pytest.raises(Refused):
        year.come(seminar, "fatou", at(3, 17))
    with clock.travel(at(3, 18, 15)):
        for registration in seminar.registrations.registered().select_related("activity"):
            seen = Attendance.ABSENT if registration.name == "Dora" else Attendance.PRESENT
            services.mark_attendance(registration, seen, version=registration.version, by=team["igs"])
    year.deliver(seminar, at(3, 30), text="Les actes.")
    # One of four, a quarter of the year: just what was needed.
    assert year.status(client_of, at(3, 30, 10)) == MilestoneStatus.ON_TRACK
    assert figures_are_what_sql_counts(convention, milestone) == (5, 1, 3, 2)

    # By the end of June two are needed: the study is there on the last day.
    assert year.status(client_of, at(6, 28)) == MilestoneStatus.AT_RISK
    year.deliver(study, at(6, 29))
    assert year.status(client_of, at(6, 29, 10)) == MilestoneStatus.ON_TRACK

    # The journal: three proposals, one accepted, one declined, one answered in two steps.
    with clock.travel(at(5, 10)):
        for who in ("gael", "hana", "ines"):
            services.contribute(
                year.now(journal),
                submit_key=uuid4(),
                email=f"{who}@exemple.test",
                name=who.title(),
                organisation="",
                language="en",
                title=f"Article de {who}",
                abstract="Un résumé.",
            )
    with clock.travel(at(6, 7)):
        for who, steps in {
            "gael": [ContributionState.ACCEPTED],
            "hana": [ContributionState.DECLINED],
            "ines": [ContributionState.KEPT, ContributionState.ACCEPTED],
        }.items():
            for step in steps:
                one = Contribution.objects.get(email=f"{who}@exemple.test")
                services.decide_contribution(one, step, words="", version=one.version, by=team["igs"])
    year.deliver(journal, at(10, 29), text="Six articles.")

    # The conference loses its room: whoever had registered is told why.
    with clock.travel(at(7, 1)):
        services.open_activity(conference, by=team["smt"])
    year.come(conference, "jade", at(7, 2))
    with clock.travel(at(9, 20)):
        assert services.cancel_activity(conference, because="La salle est fermée.", by=team["smt"]) == 1
    assert figures_are_what_sql_counts(convention, milestone) == (4, 3, 3, 2)

    # Three of four in November: behind; the prize in December: done, before the day.
    assert year.status(client_of, at(11, 30)) == MilestoneStatus.AT_RISK
    assert year.status(client_of, at(1, 4, years=1)) == MilestoneStatus.LATE
    year.deliver(prize, at(12, 10), text="Les lauréats.")
    assert year.status(client_of, at(12, 11)) == MilestoneStatus.DONE
    assert figures_are_what_sql_counts(convention, milestone) == (4, 4, 3, 2)

    every_figure_opens_as_many_lines(year, client_of)
    everybody_was_answered_once()
    the_agenda_shows_the_year(client, year)
    a_year_later_nobody_is_known_and_every_figure_stands(year)


def every_figure_opens_as_many_lines(year, client_of):
    with clock.travel(at(12, 11)):
        site = client_of(year.team["smt"])
        board = site.get(reverse("partnership:board")).context["board"]
        (row,) = board.chair_rows
        lines = [len(site.get(cell.url).context["rows"]) for cell in row.cells]
    assert lines == [cell.n for cell in row.cells] == [4, 4, 3, 2]


def everybody_was_answered_once():
    """Each letter leaves, once, to whom it should; nothing was written to somebody twice for one event."""
    with clock.travel(at(12, 12)):
        while sending.send_due():
            pass
    sent = OutgoingMessage.objects.filter(state=MessageState.SENT)
    told = {}
    for email, template in sent.order_by("pk").values_list("to_email", "template"):
        told.setdefault(email.partition("@")[0], []).append(template.removeprefix("programmes/"))
    assert told["basile"] == ["registration_confirmed"]
    assert told["dora"] == ["registration_promoted"]
    assert told["elio"] == ["registration_waiting", "registration_unserved"]
    assert told["jade"] == ["activity_cancelled"]
    assert told["hana"] == ["contribution_received", "contribution_declined"]
    assert told["ines"] == ["contribution_received", "contribution_kept", "contribution_accepted"]


def the_agenda_shows_the_year(client, year):
    with clock.travel(at(12, 11)):
        answer = client.get(reverse("programmes:chair_agenda", args=[year.chair.slug]))
    titles = [activity.title for activity in answer.context["delivered"]]
    assert titles == ["Prix du mémoire", "Cahier de recherche", "Séminaire inaugural", "Parcours et fidélisation"]
    assert [activity.title for activity in answer.context["over"]] == ["Conférence de Toulouse"]


def a_year_later_nobody_is_known_and_every_figure_stands(year):
    with clock.travel(at(12, 31, years=1)):
        retention.apply()
        assert not Registration.objects.exclude(email="").exists()
        assert not Contribution.objects.exclude(email="").exists()
        assert figures_are_what_sql_counts(year.milestone.convention, year.milestone) == (4, 4, 3, 2)

"""The weekly state of the convention: once a week to every coordinator who wants it, and nothing in it can break it."""

import re
from datetime import date, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from partnership import clock, reminders, sending, services
from partnership.models import Commitment, Convention, Milestone, Objective, OptOut, OutgoingMessage, User, ref
from partnership.states import ConventionState, LetterKind, Precision, Role

from .. import factories
from ..races.crowd import at_once
from .promising import at, letters, projection, promise

MONDAY = date(2027, 6, 14)
ADDRESS = re.compile(r"https?://[^/\s]+(/(?:fr|en)/[^\s)]*)")


@pytest.fixture
def readers(db) -> list[User]:
    """A coordinator of each party, who read different languages."""
    with at(date(2027, 3, 1)):
        return [
            factories.user(Role.COORDINATOR, name="Hélène Brossard"),
            factories.user(Role.COORDINATOR, party_code="smt", name="Paul Vernet", language="en"),
        ]


@pytest.fixture
def diploma(readers, figures) -> Milestone:
    """A hundred young people and fifty places promised until 31 July, twenty and twelve of them in Lyon."""
    with at(date(2027, 3, 28), 12):
        milestone = promise(confirmed=100, host_places=50)
        for measure, target in (("confirmed", 20), ("host_places", 12)):
            factories.objective(milestone=milestone, measure=measure, zone=factories.zone("lyon"), target=target)
    User.objects.exclude(pk__in=[one.pk for one in readers]).update(is_active=False)
    for zone, young, places in (("lyon", 15, 8), ("paris", 31, 24)):
        figures["confirmed"][milestone.pk, factories.zone(zone).pk] = young
        figures["host_places"][milestone.pk, factories.zone(zone).pk] = places
    return milestone


def _remind(day: date = MONDAY, hour: int = 9, minute: int = 0) -> int:
    with at(day, hour, minute):
        return reminders.remind()["weekly_state"]


# -- when, and to whom ------------------------------------------------------------------------------------------------


def test_each_coordinator_is_told_once_a_week_from_half_past_eight_on_monday(diploma):
    moments = [(13, 9, 0), (14, 0, 5), (14, 8, 29), (14, 8, 30), (14, 8, 31), (14, 15, 0), (15, 9, 0), (21, 8, 30)]
    told = [_remind(date(2027, 6, day), hour, minute) for day, hour, minute in moments]
    assert told == [0, 0, 0, 2, 0, 0, 0, 2]
    assert [letter.key.rpartition(":")[0] for letter in letters("weekly_state", language="fr")] == [
        "weekly_state:2027-W24",
        "weekly_state:2027-W25",
    ]
    first = letters("weekly_state")[0]
    assert first.due_at == datetime(2027, 6, 14, 8, 30, tzinfo=clock.PARIS)


def test_a_morning_without_a_worker_is_told_in_the_afternoon_and_not_at_night(diploma):
    assert (_remind(hour=20), _remind(hour=19, minute=59)) == (0, 2)


def test_after_a_holiday_on_monday_it_is_told_on_tuesday(diploma):
    whit_monday = date(2027, 5, 17)
    assert (_remind(whit_monday), _remind(date(2027, 5, 18))) == (0, 2)
    assert "Semaine du 17\u00a0mai 2027" in letters("weekly_state")[0].subject
    assert "au 18\u00a0mai 2027" in letters("weekly_state")[0].text


def test_whoever_wants_it_no_more_is_told_no_more_until_they_want_it_again(diploma, readers):
    _remind()
    mine = OutgoingMessage.objects.get(to_ref=ref(readers[0]))
    assert mine.kind == LetterKind.WEEKLY
    assert "l’état de la convention chaque semaine. Ne plus les recevoir" in mine.text
    services.refuse_letters(mine, by=services.reader_of(mine))
    assert _remind(date(2027, 6, 21)) == 1
    services.want_letters(mine, by=services.reader_of(mine))
    assert not OptOut.objects.exists() and _remind(date(2027, 6, 28)) == 2


def test_the_letter_leaves_with_the_way_to_want_no_more_of_it(diploma, mailoutbox):
    with at(MONDAY):
        reminders.remind()
        sending.send_due()
    assert len(mailoutbox) == 2
    for message in mailoutbox:
        assert "desinscription" in message.message()["List-Unsubscribe"]


def test_only_coordinators_of_today_of_a_signed_convention_are_told(diploma, readers):
    with at(MONDAY):
        factories.user(Role.RECRUITER)
        factories.user(Role.REVIEWER, party_code="smt")
        readers[1].memberships.update(until=date(2027, 6, 1))
    assert _remind() == 1
    with factories.before_the_signature():
        Convention.objects.update(state=ConventionState.ENDED)
    assert _remind(date(2027, 6, 21)) == 0
    with factories.before_the_signature():
        Convention.objects.update(state=ConventionState.DRAFT, signed_at=None)
    assert _remind(date(2027, 6, 28)) == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_tell_each_coordinator_once(figures):
    with at(date(2027, 3, 28), 12):
        promise(confirmed=100)
        factories.user(Role.COORDINATOR, party_code="smt")
    with at(MONDAY):
        at_once(6, lambda _place: reminders.remind())
    assert sorted(letter.to_email for letter in letters("weekly_state")) == sorted(
        User.objects.filter(is_active=True).values_list("email", flat=True)
    )
    connection.close()


def _plain(letter: OutgoingMessage) -> str:
    """Its text, whatever spaces the language sets."""
    return letter.text.replace("\u00a0", " ")


# -- what it says -----------------------------------------------------------------------------------------------------


def _french(**of) -> OutgoingMessage:
    return letters("weekly_state", language="fr", **of)[-1]


def _english(**of) -> OutgoingMessage:
    return letters("weekly_state", language="en", **of)[-1]


def test_it_says_where_each_milestone_and_each_zone_stand(diploma, settings):
    _remind()
    assert _french().subject == "Semaine du 14\u00a0juin 2027. En retard\u202f? Non, mais un jalon est à risque."
    assert _english().subject == "Week of 14\u00a0June 2027. Late? No, but one milestone is at risk."
    for letter, lines in (
        (
            _french(),
            """
            - Diplôme : à risque
              46 jeunes confirmés, 63 attendus à ce jour.
              Prochaine date. Finalisation : 31 juillet 2027, J−47
              Voir le jalon : {site}/fr/partenariat/jalons/1/
            - Lyon, Diplôme : 15 jeunes confirmés sur 20, 8 places sur 12
              Tenu : encore 5 jeunes, 4 places à trouver
            - Toutes les zones, Diplôme : 46 jeunes confirmés sur 100, 32 places sur 50
              Recrutement : encore 54 jeunes, 18 places à trouver
            Ouvrir le tableau de la convention : {site}/fr/partenariat/
            """,
        ),
        (
            _english(),
            """
            - Diplôme: at risk
              46 young people confirmed, 63 expected by today.
              Next date. Settlement: 31 July 2027, D−47
              See the milestone: {site}/en/partenariat/jalons/1/
            - Lyon, Diplôme: 15 young people confirmed of 20, 8 places of 12
              Met: 5 young people, 4 places still to find
            - All zones, Diplôme: 46 young people confirmed of 100, 32 places of 50
              Recruitment: 54 young people, 18 places still to find
            Open the convention’s board: {site}/en/partenariat/
            """,
        ),
    ):
        said = {line.strip() for line in _plain(letter).splitlines()}
        wanted = [line.strip().format(site=settings.PUBLIC_URL) for line in lines.strip().splitlines()]
        assert set(wanted) - said == set()
    assert "<strong>Lyon</strong>" in _french().html


def test_it_says_what_comes_each_week_and_what_is_needed_where_the_forecast_knows(diploma, foreseen):
    lyon, paris = factories.zone("lyon"), factories.zone("paris")
    foreseen[diploma.pk, lyon.pk] = projection(12, needed_per_week=4, received_per_week=Fraction(5, 4))
    foreseen[diploma.pk, paris.pk] = projection(60, needed_per_week=3, unknown="Rien encore.")
    foreseen[diploma.pk, None] = projection(80, needed_per_week=14)
    _remind()
    rates = [line.strip() for line in _french().text.splitlines() if "par semaine" in line]
    assert rates == [
        "1\u00a0candidature par semaine, 4\u00a0nécessaires",
        "9\u00a0candidatures par semaine, 14\u00a0nécessaires",
    ]
    assert "1 application a week, 4 needed" in _english().text
    # The worst of the two: 12 of 20 in Lyon, not 80 of 100 in all.
    assert "Prévision pour Lyon\u00a0: 12\u00a0jeunes présents pour 20\u00a0attendus" in _french().text


def test_what_one_zone_has_beyond_its_own_makes_no_line_of_all_zones_met(diploma, figures):
    for zone, young, places in (("lyon", 20, 8), ("paris", 85, 42)):
        figures["confirmed"][diploma.pk, factories.zone(zone).pk] = young
        figures["host_places"][diploma.pk, factories.zone(zone).pk] = places
    _remind(date(2027, 8, 2))
    lines = [line.strip() for line in _plain(_french()).splitlines()]
    total = lines.index("- Toutes les zones, Diplôme : 105 jeunes confirmés sur 100, 50 places sur 50")
    assert lines[total + 1].startswith("Accueil : encore 4 places")


def test_it_names_the_commitments_that_are_late_or_due_within_two_weeks(diploma):
    igs = factories.party("igs")
    for text, due in (
        ("Liste des plateaux", date(2027, 6, 10)),
        ("Réunion de lancement", date(2027, 6, 28)),
        ("Plus tard", date(2027, 6, 29)),
        ("Sans date", None),
    ):
        factories.commitment(convention=diploma.convention, party=igs, text=text, due_on=due)
    kept = factories.commitment(convention=diploma.convention, party=igs, text="Tenu", due_on=MONDAY)
    Commitment.objects.filter(pk=kept.pk).update(done_at=clock.now(), done_by=User.objects.first())
    _remind()
    listed = [line for line in _french().text.splitlines() if line.startswith(f"- {igs.short_name}")]
    assert listed == [
        f"- {igs.short_name}\u00a0: Liste des plateaux (en retard, 10\u00a0juin 2027, J+4)",
        f"- {igs.short_name}\u00a0: Réunion de lancement (28\u00a0juin 2027, J−14)",
    ]
    assert "Voir les engagements" in _french().text


def test_it_names_no_more_commitments_than_can_be_read(diploma):
    igs = factories.party("igs")
    for n in range(25):
        factories.commitment(convention=diploma.convention, party=igs, text=f"Promesse {n}", due_on=MONDAY)
    _remind()
    assert _french().text.count("Promesse") == 20 and "- et 5 autres" in _french().text


def test_it_says_who_waits_for_a_content(diploma, figures):
    figures["waiting_for_content"] = {(diploma.pk, factories.zone("lyon").pk): 4}
    _remind()
    line = next(line for line in _french().text.splitlines() if "attendent" in line)
    assert line.startswith("- Diplôme\u00a0: 4 candidatures attendent le contenu, voir\u00a0: http")


def test_it_says_what_has_turned_since_the_letter_of_a_week_ago(diploma, figures):
    lyon = factories.zone("lyon").pk
    for day, young in ((date(2027, 6, 1), 15), (date(2027, 6, 2), 90), (date(2027, 6, 8), 15)):
        figures["confirmed"][diploma.pk, lyon] = young
        with at(day):
            services.notice_turns()
    _remind()
    text = _french().text
    assert "- Diplôme, le 8\u00a0juin 2027\u00a0: dans les temps, puis à risque" in text
    assert "2\u00a0juin" not in text.replace("12\u00a0juin", "")
    _remind(date(2027, 6, 21))
    assert "Ce qui a changé" not in _french().text


def test_every_address_in_it_opens_for_its_reader(diploma, figures, client_of, readers):
    figures["waiting_for_content"] = {(diploma.pk, None): 4}
    factories.commitment(convention=diploma.convention, party=factories.party("igs"), text="A", due_on=MONDAY)
    _remind()
    with at(MONDAY):
        for letter, reader in ((_french(), readers[0]), (_english(), readers[1])):
            found = {address for address in ADDRESS.findall(letter.text) if "desinscription" not in address}
            assert len(found) >= 3 and all(address.startswith(f"/{reader.language}/") for address in found)
            assert {client_of(reader).get(address).status_code for address in found} == {200}


# -- what could break it ----------------------------------------------------------------------------------------------


def test_a_convention_without_a_milestone_says_so(readers, figures):
    with at(date(2027, 3, 28)):
        factories.convention()
    _remind()
    assert "La convention n’a pas encore de jalon\u00a0: rien n’est mesuré." in _french().text
    assert "En retard" not in _french().text


def test_what_has_no_date_no_zone_no_target_and_no_history_is_said_as_it_is(diploma, figures, foreseen):
    for kind in figures.values():
        kind.clear()
    with factories.before_the_signature():
        Objective.objects.all().delete()
    factories.objective(milestone=diploma, measure="confirmed", target=0)
    undated = {"opens_precision": Precision.NONE, "finalise_precision": Precision.NONE}
    for order, title in ((2, "Chaire & études <b>"), (3, "Certificat")):
        with factories.before_the_signature():
            Milestone.objects.create(
                convention=diploma.convention, order=order, title=title, owner=factories.party("igs"), **undated
            )
    foreseen[diploma.pk, None] = projection(0, needed_per_week=0, received_per_week=Fraction(0))
    _remind()
    text = _french().text
    assert "- Chaire & études <b>\u00a0: dans les temps\n  Rien n’est dû.\n  Aucune date à venir." in text
    assert "- Diplôme\u00a0: fait" in text
    assert "- Toutes les zones, Diplôme : 0 jeune confirmé sur 0\n" in _plain(_french())
    assert "<b>" not in _french().html and "None" not in text


def test_before_any_app_counts_anything_it_is_written_all_the_same(diploma, figures):
    figures.clear()
    assert _remind() == 2


def test_the_letter_is_read_in_the_language_of_its_reader_alone(diploma):
    with translation.override("en"):
        _remind()
    assert "En retard" in _french().subject and "Late?" in _english().subject
    assert reverse("partnership:board") not in _english().text

"""Every letter to hosts, placed students and leads, in each of its forms: written in the language of its reader."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.conf import settings
from django.utils import translation

from cohorts.models import Enrolment
from cohorts.states import Availability, BulkOutcome
from partnership import clock, outbox
from partnership.models import OutgoingMessage, User
from partnership.outbox import LINK_MARK
from partnership.reminders import REMINDERS
from partnership.states import Role
from partnership.templatetags.figures import longdate
from placements import emails, services
from placements.models import (
    Amendment,
    AskLine,
    AskRound,
    ContractFile,
    HostCompany,
    HostPledge,
    HostSite,
    Introduction,
    Placement,
)
from placements.states import (
    BreakCause,
    Chooser,
    ContractKind,
    ContractState,
    DeclineReason,
    IntroductionReason,
    IntroductionState,
    PlacementState,
    PledgeAnswer,
    VisitKind,
)

from .. import factories
from . import contract_factory as contracts
from . import hosting_factory as hosting
from . import introductions_factory as introductions

pytestmark = pytest.mark.django_db
FOLDER = settings.BASE_DIR / "templates" / "emails" / "placements"
OTHER = {"fr": "en", "en": "fr"}
# Each language has a zone: of two leads of one zone the letters would choose.
ZONES = {"fr": "lyon", "en": "toulouse"}
P, C, Intro = PlacementState, ContractState, IntroductionState
# What a letter says by the name of a code.
CODES = (Availability, BreakCause, ContractKind, DeclineReason, IntroductionReason, VisitKind)
SIGNS_OF = {
    "fr": r"[àâçéèêëîïôùûœÀÉÊ«»]|\b(le|la|les|des|du|une|pour|vous|est|dans|avec|chez|sur)\b",
    "en": r"\b(the|of|you|your|from|with|is|and|this|has)\b",
}


class Cast:
    """Those who read the letters, all in one language and with names that belong to none, and what they have to do."""

    def __init__(self, language: str):
        self.language, self.zone = language, factories.zone(ZONES[language])
        self.lead = self.another_lead(phone="+33465710077")
        self.company = HostCompany.objects.create(name="Voxia")
        self.site, self.other_site = self.another_site(), self.another_site(name="Belvo")
        self.cohort = factories.cohort(self.zone.code, capacity=80)
        began = factories.intake(starts_on=clock.today() - timedelta(days=80))
        self.begun = factories.cohort(self.zone.code, of=began, capacity=80)
        self.tutor = hosting.tutor(self.site, name="Odile Marchand", email="odile.marchand@exemple.test")

    def another_lead(self, *, phone: str = "") -> User:
        said = {"zone": self.zone, "name": "Karim Sautel", "language": self.language}
        made = factories.user(Role.REGIONAL_LEAD, party_code="smt", **said)
        made.phone = phone
        made.save()
        return made

    def another_site(self, *, name: str = "Atrium") -> HostSite:
        contact = {"contact_name": "Camille Renoux", "contact_phone": "+33465710013", "contact_language": self.language}
        return factories.site(self.zone.code, company=self.company, name=name, **contact)

    def student(self, *, has_begun: bool = False) -> Enrolment:
        where = factories.commune(self.zone.code)
        said = {"first_name": "Manon", "last_name": "Escoffray", "language": self.language, "commune": where}
        spoken = {"languages": "anglais", "availability": [Availability.EVENINGS]}
        cohort = self.begun if has_begun else self.cohort
        return factories.enrolment(cohort, of=factories.candidate(**said), **spoken)

    def placement(self, state: str = P.PROPOSED, *, by: User | None = None, days: int | None = None) -> Placement:
        """A placement in a state; of a course that has begun, and itself so many days ago, where that is said."""
        student = self.student(has_begun=days is not None)
        seat = factories.seat(self.site, of=student.application.intake, by=self.lead)
        since = None if days is None else clock.today() - timedelta(days=days)
        return factories.placement(student, seat, state=state, by=by or self.lead, started_on=since)

    def contract(self, state: str, *, by: User | None = None) -> ContractFile:
        return contracts.contract(self.placement(P.ACCEPTED, by=by), state=state, by=self.lead)

    def introduction(self, state: str = Intro.SENT, **fields: Any) -> Introduction:
        return introductions.introduction(self.student(), self.site, state=state, by=self.lead, **fields)

    def amendment(self, *, moves: bool) -> Amendment:
        return Amendment.objects.create(
            placement=self.placement(P.ACCEPTED),
            from_site=self.site,
            to_site=self.other_site if moves else self.site,
            to_tutor=None if moves else self.tutor,
            from_on=clock.today(),
            amended_at=clock.now(),
            amended_by=self.lead,
        )

    def pledge(self, answer: str, **said: Any) -> HostPledge:
        intake = self.cohort.intake
        return HostPledge.objects.create(
            site=self.another_site(), intake=intake, answer=answer, answered_at=clock.now(), **said
        )

    def line(self) -> AskLine:
        asked = AskRound.objects.create(
            zone=self.zone, intake=self.cohort.intake, created_at=clock.now(), created_by=self.lead
        )
        return AskLine.objects.create(round=asked, site=self.site, outcome=BulkOutcome.DONE, asked_at=clock.now())


def _day() -> date:
    return clock.today() + timedelta(days=20)


def _soon() -> datetime:
    return clock.now() + timedelta(days=3)


# -- what happens, so that a letter is written -------------------------------------------------------------------------


def amendment_told_host(cast: Cast) -> None:
    for moves in (True, False):
        emails.amendment_told_host(cast.amendment(moves=moves), to=cast.site, lead=cast.lead)


def placement_amended(cast: Cast) -> None:
    for moves in (True, False):
        emails.placement_amended(cast.amendment(moves=moves), lead=cast.lead)


def break_told_host(cast: Cast) -> None:
    for reopened in (True, False):
        emails.break_told_host(cast.placement(P.BROKEN), lead=cast.lead, reopened=reopened, due=clock.now())


def break_told_student(cast: Cast) -> None:
    emails.break_told_student(cast.placement(P.BROKEN), lead=cast.lead, due=clock.now(), until=_day())


def break_told_lead(cast: Cast) -> None:
    emails.break_told_lead(cast.placement(P.BROKEN), to=cast.lead, due=clock.now(), until=_day())


def contract_sheet_asked(cast: Cast) -> None:
    cast.contract(C.ASKED)


def contract_sheet_reminder(cast: Cast) -> None:
    for lead in (cast.lead, cast.another_lead()):
        emails.contract_sheet_reminder(cast.contract(C.ASKED, by=lead), event="4")


def contract_deadline(cast: Cast) -> None:
    for state in (C.RECEIVED, C.PREPARED, C.SIGNED, C.RETURNED):
        emails.contract_deadline(cast.contract(state), to=cast.lead)


def contract_step_late(cast: Cast) -> None:
    for state, silence in ((C.ASKED, ""), (C.PREPARED, ""), (C.FILED, C.REFUSED), (C.FILED, C.ACCEPTED)):
        emails.contract_step_late(cast.contract(state), to=cast.lead, due=_day(), silence=silence)


def contract_returned(cast: Cast) -> None:
    contract = cast.contract(C.FILED)
    services.answer_contract(contract, C.RETURNED, on=clock.today(), reason="SIRET", by=cast.lead)
    emails.contract_returned(contract, lead=cast.lead)


def students_presented(cast: Cast) -> None:
    for number in (1, 2):
        shown = introductions.presentation(cast.site, by=cast.lead, intake=cast.cohort.intake)
        emails.students_presented(shown, [cast.introduction(within=shown) for _one in range(number)])


def students_presented_again(cast: Cast) -> None:
    for number in (1, 2):
        shown = introductions.presentation(cast.site, by=cast.lead, intake=cast.cohort.intake)
        people = [cast.introduction(within=shown) for _one in range(number)]
        emails.students_presented_again(shown, people, days=2, last_on=clock.today())


def introduction_closed(cast: Cast) -> None:
    emails.introduction_closed(cast.introduction(Intro.STUDENT_DECLINED))
    emails.introduction_closed(cast.introduction(Intro.CLOSED, meeting_at=_soon()))


def meeting_fixed(cast: Cast) -> None:
    emails.meeting_fixed(cast.introduction(Intro.MEETING, meeting_at=_soon(), meeting_place="Atrium, 3"))


def host_meeting_cancelled(cast: Cast) -> None:
    emails.host_meeting_cancelled(cast.introduction(Intro.CLOSED, meeting_at=_soon(), meeting_place="Atrium, 3"))


def not_chosen(cast: Cast) -> None:
    for others in (0, 1, 2):
        emails.not_chosen(cast.introduction(Intro.NOT_CHOSEN), others=others)


def introduction_answered(cast: Cast) -> None:
    emails.introduction_answered(cast.introduction(Intro.MEETING), to=cast.lead)
    for state in (Intro.STUDENT_DECLINED, Intro.NOT_CHOSEN):
        emails.introduction_answered(cast.introduction(state, comment="Planning"), to=cast.lead)


def placement_proposed(cast: Cast) -> None:
    emails.placement_proposed(cast.placement(), due=clock.now())


def proposal_reminder(cast: Cast) -> None:
    emails.proposal_reminder(cast.placement(), days=2, last_on=clock.today(), lead=cast.lead)


def placement_unanswered(cast: Cast) -> None:
    emails.placement_unanswered(cast.placement(), to=cast.lead, lapses_on=_day())


def placement_started(cast: Cast) -> None:
    services.start(cast.placement(P.ACCEPTED, days=80), on=clock.today(), by=cast.lead)


def tutor_dates(cast: Cast) -> None:
    placement = cast.placement(P.ACTIVE, days=10)
    Placement.objects.filter(pk=placement.pk).update(tutor=cast.tutor)
    services.plan_visit(placement, kind=VisitKind.VISIT, on=_day(), by=cast.lead)


def tutor_dates_over(cast: Cast) -> None:
    with translation.override(cast.language):
        said = {"what": str(VisitKind.VISIT.label), "on": longdate(_day())}
    dates = [said | {"is_agreed": agreed} for agreed in (True, False)]
    for state, from_on in ((P.ACTIVE, _day()), (P.BROKEN, None)):
        days = 10 if state == P.ACTIVE else None
        emails.tutor_dates_over(
            cast.placement(state, days=days),
            tutor=cast.tutor,
            lead=cast.lead,
            event="1",
            dates=dates,
            calendar="",
            from_on=from_on,
        )


def host_answered(cast: Cast) -> None:
    for state in (P.ACCEPTED, P.DECLINED):
        emails.host_answered(cast.placement(state), to=cast.lead)


def places_asked(cast: Cast) -> None:
    for last in (None, cast.pledge(PledgeAnswer.YES, places_sure=2)):
        emails.places_asked(cast.line(), last=last)


def places_asked_again(cast: Cast) -> None:
    for last in (None, cast.pledge(PledgeAnswer.YES, places_sure=2)):
        emails.places_asked_again(cast.line(), days=5, written_on=clock.today(), last=last, lead=cast.lead)


def pledge_link(cast: Cast) -> None:
    for last in (None, cast.pledge(PledgeAnswer.YES, places_sure=2)):
        emails.pledge_link(cast.line(), last=last, lead=cast.lead)


def host_answered_places(cast: Cast) -> None:
    for number in (1, 2):
        said = {"places_sure": number, "places_possible": number, "chooser": Chooser.HOST}
        pledge = cast.pledge(PledgeAnswer.YES, ask_again_on=_day(), **said)
        emails.host_answered_places(pledge, to=cast.lead, taken=number)
    for answer in (PledgeAnswer.MAYBE, PledgeAnswer.NO):
        emails.host_answered_places(cast.pledge(answer), to=cast.lead, taken=0)


def places_to_reconfirm(cast: Cast) -> None:
    for number in (1, 2):
        pledges = [cast.pledge(PledgeAnswer.YES, places_sure=1) for _one in range(number)]
        emails.places_to_reconfirm(cast.zone, pledges, to=cast.lead)


def three_months_end(cast: Cast) -> None:
    emails.three_months_end(cast.student(), to=cast.lead, ends_on=_day())


def six_months_end(cast: Cast) -> None:
    emails.six_months_end(cast.placement(P.BROKEN), to=cast.lead, ends_on=_day())


def follow_up_due(cast: Cast) -> None:
    cast.placement(P.ACTIVE, days=70)
    REMINDERS["follow_up_week"].tell(cast.lead)


WRITERS: dict[str, Callable[[Cast], None]] = {
    "answer_link": lambda cast: emails.answer_link(cast.placement()),
    "follow_link": lambda cast: emails.follow_link(cast.student().application),
    "introduction_presented": lambda cast: emails.introduction_presented(cast.introduction()),
    "placement_accepted": lambda cast: emails.placement_accepted(cast.placement(P.ACCEPTED)),
    "placement_cancelled": lambda cast: emails.placement_cancelled(cast.placement(P.CANCELLED)),
    "placement_completed": lambda cast: emails.placement_completed(cast.placement(P.COMPLETED), lead=cast.lead),
    "placement_lapsed": lambda cast: emails.placement_lapsed(cast.placement(P.LAPSED), to=cast.lead),
    "placement_withdrawn": lambda cast: emails.placement_withdrawn(cast.placement(P.CANCELLED)),
    "presentation_link": lambda cast: emails.presentation_link(introductions.presentation(cast.site, by=cast.lead)),
    "proposal_over": lambda cast: emails.proposal_over(cast.placement(P.LAPSED), lead=cast.lead),
} | {
    write.__name__: write
    for write in (
        amendment_told_host,
        break_told_host,
        break_told_lead,
        break_told_student,
        contract_deadline,
        contract_returned,
        contract_sheet_asked,
        contract_sheet_reminder,
        contract_step_late,
        follow_up_due,
        host_answered,
        host_answered_places,
        host_meeting_cancelled,
        introduction_answered,
        introduction_closed,
        meeting_fixed,
        not_chosen,
        placement_amended,
        placement_proposed,
        placement_started,
        placement_unanswered,
        places_asked,
        places_asked_again,
        places_to_reconfirm,
        pledge_link,
        proposal_reminder,
        six_months_end,
        students_presented,
        students_presented_again,
        three_months_end,
        tutor_dates,
        tutor_dates_over,
    )
}


# -- what the letters say ---------------------------------------------------------------------------------------------


def letters_of(name: str, language: str, *, dressed: bool = True) -> list[OutgoingMessage]:
    """The letters of a name to readers of a language, whoever makes them be written speaking the other one."""
    cast = Cast(language)
    with translation.override(OTHER[language]), outbox.proofs(dressed=dressed) as letters:
        WRITERS[name](cast)
    return [letter for letter in letters if letter.template == f"placements/{name}"]


def sentences(name: str, language: str) -> set[str]:
    """What a template says between its tags: two words or more, which no name of a thing is."""
    parts = re.split(r"\{\{.*?\}\}|\{%.*?%\}|\]\(|\n", (FOLDER / f"{name}.{language}.txt").read_text())
    return {part for part in (part.strip(" \u00a0.,:;?!>()[]*-") for part in parts) if len(part.split()) > 1}


def labels(language: str) -> set[str]:
    """The names of the codes that letters tell."""
    with translation.override(language):
        return {str(label) for codes in CODES for label in codes.labels}


def in_the_calendar(letter: OutgoingMessage) -> str:
    """The words of what is attached for a calendar."""
    events = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT") if letter.calendar else []
    return "\n".join(str(event.get(key, "")) for event in events for key in ("summary", "description"))


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_each_letter_says_all_it_has_to_say_in_the_language_of_its_reader_alone(name):
    subjects = {}
    for language, other in OTHER.items():
        letters = letters_of(name, language, dressed=False)
        assert letters and {letter.language for letter in letters} == {language}
        read = "\n".join(f"{letter.subject}\n{letter.text}\n{in_the_calendar(letter)}" for letter in letters)
        assert {said for said in sentences(name, language) if said not in read} == set()
        assert {said for said in sentences(name, other) - sentences(name, language) if said in read} == set()
        strange = labels(other) - labels(language)
        assert {label for label in strange if re.search(rf"\b{re.escape(label)}\b", read)} == set()
        assert re.findall(SIGNS_OF[other], re.sub(r"https?://\S+", "", read), flags=re.IGNORECASE) == []
        subjects[language] = {letter.subject for letter in letters}
    assert subjects["fr"].isdisjoint(subjects["en"])


@pytest.mark.parametrize("name", sorted(WRITERS))
@pytest.mark.parametrize("language", OTHER)
def test_each_letter_is_whole_and_leads_where_its_reader_can_read(name, language):
    for letter in letters_of(name, language):
        assert 20 <= len(letter.subject) <= 120
        assert letter.to_name in letter.text
        assert f'lang="{language}"' in letter.html and 'href=""' not in letter.html
        assert (LINK_MARK in letter.text) == (LINK_MARK in letter.html) == bool(letter.link_purpose)
        for form in (letter.subject, letter.text, letter.html):
            assert not re.search(r"\{[{%]|None|&amp;#|\(\)", form)
        ours = re.escape(settings.PUBLIC_URL)
        assert set(re.findall(rf"{ours}/(\w+)/", letter.text + letter.html)) <= {language}


def test_every_letter_of_placements_is_written_here():
    wanted = {f"{name}.{language}.txt" for name in WRITERS for language in OTHER}
    assert {path.name for path in FOLDER.iterdir()} == wanted

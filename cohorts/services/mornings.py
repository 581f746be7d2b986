"""What recruiters are told in the morning of a working day: what is due, and which files have long been silent.

Each letter is one a reader and day, whoever writes it and whoever is killed; of a silence somebody is told once.
"""

from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import JournalEntry, Membership, OutgoingMessage, User
from partnership.reminders import Reminder, untold
from partnership.states import Role
from partnership.templatetags.figures import clocktime
from partnership.workflow import THE_CLOCK, record_all
from partnership.working_time import ONE_DAY, QUIET_UNTIL, is_working_day

from .. import emails, worklist
from ..handover import SILENCE
from ..models import RECRUITMENT, Absence, Application, ApplicationQuerySet, Booking
from ..states import SlotKind

NOON = time(12)
_RELATED = ("candidate", "cohort__zone", "intake", "owner")


def _today(hour: time) -> datetime:
    return datetime.combine(clock.today(), hour, clock.PARIS)


def _is_time(until: time) -> bool:
    """Whether it is a working day, after the quiet hours and before an hour."""
    return is_working_day(clock.today()) and _today(QUIET_UNTIL) <= clock.now() < _today(until)


def _without_a_letter(letter: str) -> QuerySet[User]:
    """The people to whom today's letter of a kind is not written yet."""
    key = Concat(
        Value(f"{letter}:"),
        Cast(OuterRef("pk"), TextField()),
        Value(f":{clock.today():%Y-%m-%d}"),
        output_field=TextField(),
    )
    return untold(User.objects.filter(is_active=True), key=key)


def _event(letter: str, reader: User) -> str:
    return f"{letter}:{reader.pk}:{clock.today():%Y-%m-%d}"


@dataclass
class Team:
    """Who recruits today in which zones (None: in all), who heads it, and who stands in for whom."""

    recruits: dict[UUID, set[int | None]] = field(default_factory=dict)
    heads: dict[UUID, set[int | None]] = field(default_factory=dict)

    @classmethod
    def of_today(cls) -> "Team":
        team = cls()
        rows = Membership.objects.current().filter(role__in=RECRUITMENT, user__is_active=True)
        for user, role, zone in rows.values_list("user", "role", "zone"):
            team.recruits.setdefault(user, set()).add(zone)
            if role == Role.HEAD_OF_RECRUITMENT:
                team.heads.setdefault(user, set()).add(zone)
        return team

    @cached_property
    def stand_ins(self) -> dict[UUID, UUID]:
        return Absence.objects.stand_ins(clock.today())

    def is_here(self, person: UUID) -> bool:
        return self.stand_ins.get(person, person) == person

    def works_for(self, person: UUID | None, zone: int) -> UUID | None:
        """Who does somebody's work in a zone today; nobody where they do not recruit there."""
        if person is None:
            return None
        at_work = self.stand_ins.get(person, person)
        return next((one for one in (at_work, person) if _in(self.recruits.get(one), zone)), None)

    def heads_of(self, zone: int) -> set[UUID]:
        """Who heads the recruitment of a zone, or stands in for them."""
        found = {self.works_for(person, zone) for person, zones in self.heads.items() if _in(zones, zone)}
        return {person for person in found if person is not None}

    def answers_for(self, owner: UUID | None, zone: int) -> set[UUID]:
        """Whoever is told of a file: who follows it, else who heads the recruitment there, else all who recruit."""
        follower = self.works_for(owner, zone)
        everybody = {person for person, zones in self.recruits.items() if _in(zones, zone)}
        return ({follower} if follower else self.heads_of(zone)) or everybody


def _in(zones: set[int | None] | None, zone: int) -> bool:
    return zones is not None and (None in zones or zone in zones)


# -- what is due ------------------------------------------------------------------------------------------------------


def _due(files: ApplicationQuerySet) -> ApplicationQuerySet:
    """What had come due as the morning began: what comes later has a letter of its own."""
    return worklist.due_among(files, at=_today(QUIET_UNTIL))


def _agreed(files: ApplicationQuerySet) -> ApplicationQuerySet:
    """What was agreed, before this morning, for later today."""
    coming = worklist.ahead(files, until=_today(time.max))
    return coming.filter(Q(acted_at=None) | Q(acted_at__lt=_today(QUIET_UNTIL)))


def _interviews() -> QuerySet[Booking]:
    """The interviews still to come today that were booked before it began."""
    booked = Booking.objects.booked().filter(kind=SlotKind.INTERVIEW, booked_at__lt=_today(QUIET_UNTIL))
    return booked.filter(slot__starts_at__gte=clock.now(), slot__starts_at__lt=_today(time.min) + ONE_DAY)


def _to_tell_what_is_due() -> QuerySet[User]:
    """The recruiters who are here, have something to do today, and were not told of it yet."""
    if not _is_time(NOON):
        return User.objects.none()
    team = Team.of_today()
    untold_ones = _without_a_letter("due_today").filter(pk__in=list(team.recruits)).values_list("pk", flat=True)
    here = {person for person in untold_ones if team.is_here(person)}
    if not here:
        return User.objects.none()
    busy = set(_interviews().order_by().values_list("slot__held_by", flat=True).distinct()) & here
    for files in (_due(Application.objects.all()), _agreed(Application.objects.all())):
        for owner, zone in files.order_by().values_list("owner", "cohort__zone").distinct():
            if owner is None:
                busy |= {person for person in here if _in(team.recruits[person], zone)}
            else:
                busy |= {team.works_for(owner, zone)} & here
    return User.objects.filter(pk__in=busy)


def _tell_what_is_due(reader: User) -> None:
    mine = Application.objects.visible_to(reader).filter(worklist.of({*worklist.covered_by(reader), None}))
    mine = mine.select_related(*_RELATED)
    due, now = _due(mine), clock.now()
    total, late = worklist.total(due)
    first = due[: 2 * emails.MOST_LISTED] if late <= emails.MOST_LISTED else due[: emails.MOST_LISTED]
    held = _interviews().filter(slot__held_by=reader, application__in=Application.objects.visible_to(reader))
    related = ("slot", *(f"application__{name}" for name in _RELATED))
    booked, agreed = list(held.select_related(*related).order_by("slot__starts_at")), list(_agreed(mine))
    if not (total or agreed or booked):
        return
    with translation.override(reader.language):
        waiting = [(file, file.late, _words(file, now)) for file in first]
        emails.due_today(
            to=reader,
            event=_event("due_today", reader),
            late=[(file, words) for file, is_late, words in waiting if is_late],
            due=[(file, words) for file, is_late, words in waiting if not is_late],
            agreed=[(file, _agreed_words(file)) for file in agreed],
            interviews=[(one.application, f"{clocktime(one.slot.starts_at)}, {one.slot.place}") for one in booked],
            numbers=(total, late),
        )


def _words(file: Application, now: datetime) -> str:
    """What is due in a file and for how long, in the language of the moment."""
    said = {"what": worklist.what_is_due(file).label, "wait": worklist.waited(file.due_at, now)}
    return _("%(what)s, for %(wait)s") % said


def _agreed_words(file: Application) -> str:
    return _("at %(time)s") % {"time": clocktime(file.due_at)}


# -- what is silent ---------------------------------------------------------------------------------------------------


def _silent_by_reader() -> dict[UUID, list[UUID]]:
    """Of which silent files (keys) whom is still to be told, the longest silence first.

    After the first days whoever follows it, after some more the head of recruitment too. A deed ends a silence: the
    next one is told anew.
    """
    subject = Concat(Value("cohorts.application:"), Cast(OuterRef("pk"), TextField()))
    told = JournalEntry.objects.filter(subject=subject, after=SILENCE, at__gte=OuterRef("due_at")).order_by()
    silent = worklist.silent(Application.objects.all(), days=settings.SILENCE_DAYS_OWNER)
    silent = silent.annotate(told=ArraySubquery(told.values("reason")))
    team, found = Team.of_today(), {}
    long_since = worklist.silent_since(settings.SILENCE_DAYS_HEAD)
    for key, owner, zone, since, told in silent.values_list("pk", "owner", "cohort__zone", "due_at", "told"):
        readers = team.answers_for(owner, zone)
        if since < long_since:
            readers = readers | team.heads_of(zone)
        for reader in readers:
            if str(reader) not in told:
                found.setdefault(reader, []).append(key)
    return found


def _to_tell_of_silence() -> QuerySet[User]:
    if not _is_time(settings.OPENING[1]):
        return User.objects.none()
    return _without_a_letter("files_silent").filter(pk__in=list(_silent_by_reader()))


def _tell_of_silence(reader: User) -> None:
    event, now = _event("files_silent", reader), clock.now()
    # Another worker may have told them between the look and the lock: a file must not be ticked off without a letter.
    if OutgoingMessage.objects.filter(key=event).exists():
        return
    keys = _silent_by_reader().get(reader.pk, [])
    files = list(
        worklist.due_among(Application.objects.filter(pk__in=keys)).select_related(*_RELATED).order_by("due_at", "pk")
    )
    if not files:
        return
    covered, long_since = worklist.covered_by(reader), worklist.silent_since(settings.SILENCE_DAYS_HEAD)
    own = [file for file in files if file.owner_id in covered]
    team = [file for file in files if file.owner_id not in covered]
    is_long = all(file.due_at < long_since for file in team)
    with translation.override(reader.language):
        emails.files_silent(
            to=reader,
            event=event,
            own=[(file, _words_of_silence(file, now)) for file in own],
            team=[(file, _words_of_silence(file, now)) for file in team],
            team_days=settings.SILENCE_DAYS_HEAD if is_long else settings.SILENCE_DAYS_OWNER,
        )
    record_all([(file, str(reader.pk)) for file in files], SILENCE, by=THE_CLOCK)


def _words_of_silence(file: Application, now: datetime) -> str:
    words = _words(file, now)
    if file.owner is None:
        return _("%(what)s, followed by nobody") % {"what": words}
    return _("%(what)s, followed by %(who)s") % {"what": words, "who": file.owner}


MORNINGS = (
    Reminder("due_today", _to_tell_what_is_due, _tell_what_is_due),
    Reminder("files_silent", _to_tell_of_silence, _tell_of_silence),
)

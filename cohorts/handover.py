"""Who answers for a file: chosen when it is submitted, and again when whoever followed it leaves."""

import heapq

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.handover import Belonging, Left
from partnership.models import Membership, User, Zone
from partnership.states import Role
from partnership.workflow import Actor, edit, record

from . import emails
from .models import RECRUITMENT, Absence, Application, Booking, Cohort, Headcount, Slot
from .states import BookingState, HeadcountKind

# In the journal, with the key of the person as their reason: who was given a file, who was told that it is silent.
ENTRUSTED, SILENCE = "entrusted", "silence"


def owner_for(cohort: Cohort) -> User | None:
    """The recruiter of the zone with the fewest live applications, absent ones last: somebody always answers."""
    return _by_load(cohort).first()


def owners_for(cohort: Cohort, number: int) -> list[User | None]:
    """The owners of so many files that come at once, as if they had come one after the other."""
    loads = [(user.is_away, user.load, place, user) for place, user in enumerate(_by_load(cohort))]
    heapq.heapify(loads)
    owners: list[User | None] = []
    for _file in range(number):
        is_away, load, place, user = loads[0] if loads else (False, 0, 0, None)
        owners.append(user)
        if loads:
            heapq.heapreplace(loads, (is_away, load + 1, place, user))
    return owners


def _by_load(cohort: Cohort) -> QuerySet[User]:
    theirs = Application.objects.live().filter(owner=OuterRef("pk")).order_by().values("owner")
    load = Coalesce(Subquery(theirs.annotate(number=Count("*")).values("number")), 0)
    is_away = Exists(Absence.objects.on(clock.today()).filter(user=OuterRef("pk")))
    return recruiters_of(cohort.zone_id).annotate(load=load, is_away=is_away).order_by("is_away", "load", "full_name")


def follower_in(cohort: Cohort, person: User | None) -> User | None:
    """That person, where they recruit in the cohort's zone; else whoever there follows the fewest."""
    zones = person.zones_as(*RECRUITMENT) if person is not None and person.has_role(*RECRUITMENT) else set()
    return person if zones is None or cohort.zone_id in zones else owner_for(cohort)


def recruiters_of(zone: Zone | int) -> QuerySet[User]:
    """Whoever recruits in a zone today."""
    recruiting = Membership.objects.current().filter(Q(zone=zone) | Q(zone=None), role__in=RECRUITMENT)
    return User.objects.filter(is_active=True, pk__in=recruiting.values("user"))


def colleagues_of(person: User) -> list[User]:
    """Whoever recruits today in a zone in which somebody does; themselves first."""
    zones = person.zones_as(*RECRUITMENT)
    recruiting = Membership.objects.current().filter(role__in=RECRUITMENT)
    if zones is not None:
        recruiting = recruiting.filter(Q(zone__in=zones) | Q(zone=None))
    found = User.objects.filter(is_active=True, pk__in=recruiting.values("user")).order_by("full_name")
    return sorted(found, key=lambda colleague: colleague.pk != person.pk)


# -- when somebody leaves ---------------------------------------------------------------------------------------------


def _files(person: User) -> QuerySet[Application]:
    return Application.objects.live().filter(owner=person).select_related("intake", "cohort__zone")


def _interviews(person: User) -> QuerySet[Booking]:
    return Booking.objects.filter(state=BookingState.BOOKED, slot__held_by=person).select_related(
        "slot", "application__intake", "application__cohort__zone", "application__owner"
    )


def files_of(person: User) -> Left:
    """The live applications somebody follows."""
    return Left.of(_files(person).order_by("number"), lambda file: file.reference)


def interviews_of(person: User) -> Left:
    """The interviews somebody is to hold."""
    return Left.of(_interviews(person), lambda one: one.application.reference)


def heirs_of(person: User) -> list[User]:
    """The colleagues who recruit today in a zone of the files."""
    followed = Headcount.objects.filter(kind=HeadcountKind.OWNER, owner=person).values("cohort")
    cohorts = followed.annotate(files=Sum("number")).filter(files__gt=0)
    zones = Zone.objects.filter(cohorts__in=cohorts.values("cohort")).distinct()
    found = {user.pk: user for zone in zones for user in recruiters_of(zone) if user.pk != person.pk}
    return sorted(found.values(), key=lambda user: user.full_name)


def _covers(person: User) -> QuerySet[Absence]:
    return Absence.objects.lasting().filter(cover=person).select_related("user")


def covers_of(person: User) -> Left:
    """The absences in which somebody stands in, by whose they are."""
    return Left.of(_covers(person), lambda absence: absence.user.full_name)


def hand_files_over(person: User, *, heir: User | None, by: User) -> int:
    """Give each file to the heir where they recruit in its zone, else to whoever there follows the fewest.

    Each new follower is told in one letter, however many files they are given.
    """
    nobody, given = 0, {}
    for file in _files(person).select_related("candidate").order_by("number"):
        owner = follower_in(file.cohort, heir)
        if owner is None:
            nobody += 1
            edit(file, by=by, owner=None)
        else:
            edit(file, by=by, deed=ENTRUSTED, reason=str(owner.pk), owner=owner)
            given.setdefault(owner, []).append(file)
    for owner, files in given.items():
        emails.files_entrusted(files, to=owner, by=by, event=f"dismissed:{person.pk}:{person.version}")
    return nobody


def hand_interviews_over(person: User, *, heir: User | None, by: Actor) -> int:
    """Whoever now follows the file holds the interview; the appointment stays."""
    nobody = 0
    for booking in _interviews(person):
        holder = booking.application.contact or owner_for(booking.application.cohort)
        if holder is None or holder == person:
            nobody += 1
            continue
        Slot.objects.filter(pk=booking.slot_id).update(held_by=holder)
        record(booking, "handed_over", by=by)
    return nobody


def _cascades(person: User) -> QuerySet[Cohort]:
    return Cohort.objects.cascading().filter(cascade_by=person).select_related("intake__programme", "zone")


def cascades_of(person: User) -> Left:
    """The cohorts whose free places are offered in somebody's name."""
    return Left.of(_cascades(person))


def _heads_of(zone: Zone | int) -> QuerySet[User]:
    heading = Membership.objects.current().filter(Q(zone=zone) | Q(zone=None), role=Role.HEAD_OF_RECRUITMENT)
    return User.objects.filter(is_active=True, pk__in=heading.values("user"))


def heads_beside(person: User) -> list[User]:
    """The colleagues who head the recruitment in a zone of these cohorts."""
    zones = _cascades(person).order_by().values_list("zone", flat=True).distinct()
    found = {user.pk: user for zone in zones for user in _heads_of(zone) if user.pk != person.pk}
    return sorted(found.values(), key=lambda user: user.full_name)


def hand_cascades_over(person: User, *, heir: User | None, by: Actor) -> int:
    """The offers go on in the name of the heir who heads the recruitment there; else the cascade stops."""
    nobody = 0
    for cohort in _cascades(person):
        takes_over = heir is not None and _heads_of(cohort.zone_id).filter(pk=heir.pk).exists()
        nobody += not takes_over
        hand = (
            {"cascade_by": heir, "cascade_at": clock.now()} if takes_over else {"cascade_by": None, "cascade_at": None}
        )
        edit(cohort, by=by, **hand)
        record(cohort, "cascade_on" if takes_over else "cascade_off", by=by)
    return nobody


def hand_covers_over(person: User, *, heir: User | None, by: Actor) -> int:
    """The heir stands in, else a colleague of the absent one's; where there is none the absence keeps nobody away."""
    nobody = 0
    for absence in _covers(person):
        others = [one for one in colleagues_of(absence.user) if one.pk not in (absence.user_id, person.pk)]
        cover = heir if heir in others else next(iter(others), None)
        record(absence, "handed_over" if cover else "ended", by=by)
        if cover is None:
            nobody += 1
            absence.delete()
        else:
            Absence.objects.filter(pk=absence.pk).update(cover=cover)
    return nobody


BELONGINGS = (
    Belonging(
        "files",
        _("Applications under way"),
        _("Each needs somebody who follows it."),
        files_of,
        heirs=heirs_of,
        hand_over=hand_files_over,
    ),
    Belonging(
        "interviews",
        _("Interviews to hold"),
        _("Whoever then follows the file holds them, at the same hour."),
        interviews_of,
        hand_over=hand_interviews_over,
    ),
    Belonging(
        "cascades",
        _("Places offered in their name"),
        _("The offers go on in the name of whoever heads the recruitment there, else they stop."),
        cascades_of,
        heirs=heads_beside,
        hand_over=hand_cascades_over,
    ),
    Belonging(
        "covers",
        _("Absences of colleagues"),
        _("Somebody else stands in, or what is due there is seen by nobody."),
        covers_of,
        hand_over=hand_covers_over,
    ),
)

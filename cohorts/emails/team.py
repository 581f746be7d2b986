"""The letters to recruiters: files entrusted, addresses that fail, and what each morning brings."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import outbox
from partnership.models import OutgoingMessage, User
from partnership.templatetags.figures import phone

from ..models import Application, Import

# Files, each with what a letter says of it; so many of them stand in it, the others behind its link.
Said = Sequence[tuple[Application, str]]
MOST_LISTED = 20


def file_entrusted(application: Application, *, to: User, by: User | None = None) -> None:
    """Whoever now follows a file is told of it: by the colleague who gave it, or of somebody who has just applied."""
    person = application.candidate
    outbox.post(
        "cohorts/file_entrusted",
        key=f"file_entrusted:{application.pk}:{to.pk}:{application.version}",
        about=application,
        to=to,
        # At night it disturbs, and nobody would call then.
        asked=False,
        person=str(person),
        phone=phone(person.phone) if person.phone else "",
        programme=application.cohort.intake.programme.short_title,
        zone=application.cohort.zone.name,
        reference=application.reference,
        by=by.full_name if by else "",
        address=_address_of(application, to),
    )


def contacts_entrusted(imported: Import, *, to: User, number: int) -> None:
    """Whoever follows people of a list from now on is told how many, and where to find whom nobody has called yet."""
    outbox.post(
        "cohorts/contacts_entrusted",
        key=f"contacts_entrusted:{imported.pk}:{to.pk}",
        about=to,
        to=to,
        asked=False,
        number=number,
        list=imported.name,
        by=imported.made_by.full_name,
        programme=imported.intake.programme.short_title,
        address=f"{_list_of(to)}?etat=a_contacter&responsable={to.pk}&tri=-attente",
    )


def _list_of(reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse("cohorts:application_list")


def address_refused(application: Application, *, to: User, letter: OutgoingMessage) -> None:
    """Whoever follows a file learns, once an address, that it takes no letter: to call, then to correct it."""
    person = application.candidate
    outbox.post(
        "cohorts/address_refused",
        key=_refusal_key(application),
        about=application,
        to=to,
        asked=False,
        person=str(person),
        refused=letter.to_email,
        what=letter.subject,
        written_at=letter.written_at,
        phone=phone(person.phone) if person.phone else "",
        zone=application.cohort.zone.name,
        reference=application.reference,
        address=_address_of(application, to),
    )


def _refusal_key(application: Application) -> str:
    """The key of that letter: another address is told anew. No address stands in a key, which is never erased."""
    address = hashlib.md5(application.candidate.email.encode(), usedforsecurity=False).hexdigest()
    return f"address_refused:{application.pk}:{address}"


def files_entrusted(files: Sequence[Application], *, to: User, by: User, event: str) -> None:
    """Whoever now follows files is told in one letter, however many; `event` is what gave them."""
    with translation.override(to.language):
        listed = [_row(file, str(file.get_state_display()), to) for file in files[:MOST_LISTED]]
    outbox.post(
        "cohorts/files_entrusted",
        key=f"files_entrusted:{event}:{to.pk}",
        about=to,
        to=to,
        asked=False,
        by=by.full_name,
        number=len(files),
        files=listed,
        more=len(files) - len(listed),
        address=_page("cohorts:worklist", to),
    )


def due_today(
    *, to: User, event: str, late: Said, due: Said, agreed: Said, interviews: Said, numbers: tuple[int, int]
) -> None:
    """In the morning: what is due in the files somebody follows, the late ones first, and what was agreed for today.

    `numbers` says how much is due, and how much of it is late, for the letter does not list it all.
    """
    total, past = numbers
    parts = {"late_files": late, "due_files": due, "agreed": agreed, "interviews": interviews}
    listed = {name: [_row(file, said, to) for file, said in files[:MOST_LISTED]] for name, files in parts.items()}
    outbox.post(
        "cohorts/due_today",
        key=event,
        about=to,
        to=to,
        asked=False,
        total=total,
        late=past,
        more=max(total - len(listed["late_files"]) - len(listed["due_files"]), 0),
        address=_page("cohorts:worklist", to),
        **listed,
    )


def files_silent(*, to: User, event: str, own: Said, team: Said, team_days: int) -> None:
    """Once for each silence: in which files nothing was done for days, one's own and those of the team."""
    listed = {
        name: [_row(file, said, to) for file, said in files[:MOST_LISTED]]
        for name, files in {"own": own, "team": team}.items()
    }
    outbox.post(
        "cohorts/files_silent",
        key=event,
        about=to,
        to=to,
        asked=False,
        number=len(own) + len(team),
        days=settings.SILENCE_DAYS_OWNER if own else team_days,
        team_days=team_days,
        more=len(own) + len(team) - sum(map(len, listed.values())),
        address=_page("cohorts:worklist", to),
        **listed,
    )


def _row(file: Application, said: str, reader: User) -> dict[str, outbox.Plain]:
    return {
        "person": str(file.candidate),
        "zone": file.cohort.zone.name,
        "reference": file.reference,
        "said": said,
        "address": _address_of(file, reader),
    }


def _page(name: str, reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse(name)


def _address_of(application: Application, reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse("cohorts:application_detail", args=[application.pk])

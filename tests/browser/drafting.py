"""A convention that is being drafted beside the one that is signed, and an amendment that awaits its signatures."""

from datetime import timedelta

from partnership import clock, services
from partnership.models import Amendment, Convention, Objective, Party, User


def texts(*, by: User) -> dict[str, Convention | Amendment]:
    """The signed convention of the demonstration, its amendment, and a draft for the next year."""
    signed = Convention.objects.get()
    draft = services.begin_convention(
        title="Convention de l’année suivante (fictive)",
        purpose=signed.purpose,
        parties=list(Party.objects.filter(signatures__convention=signed).order_by("signatures__order")),
        by=by,
        copy_of=signed,
    )
    later = clock.today() + timedelta(days=30)
    amendment = services.begin_amendment(signed, reason="Un plateau ouvre plus tard.", effective_on=later, by=by)
    objective = Objective.objects.filter(milestone__convention=signed).order_by("pk").first()
    services.propose_change(amendment, objective, target=objective.target + 5, by=by)
    return {"signed": signed, "draft": draft, "amendment": amendment}

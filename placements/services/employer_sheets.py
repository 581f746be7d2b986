"""The employer sheet of a contract as a PDF, to be signed elsewhere; and what the contract pays at least, by its years.

It holds what the employer, the school and the student need to fill the official form in: no more of the student than
their name, and whether a guardian signs too.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.utils import translation
from django.utils.translation import gettext as _

from cohorts import pay
from cohorts.models import Application, Dossier
from partnership import clock, pdf
from partnership.templatetags.figures import daydate, lasting, longdate, number
from partnership.templatetags.figures import phone as said_phone

from .. import contract_law as law
from ..models import ContractFile
from ..states import ContractKind

# The ages at which a grid changes.
AGES = (16, 18, 21, 26)
OF_AGE = 18
_PAID_AS = {
    ContractKind.APPRENTICESHIP: pay.Contract.APPRENTICESHIP,
    ContractKind.PROFESSIONALISATION: pay.Contract.PROFESSIONALISATION,
}
# Where the grids stand, and the official forms.
_PAY_ARTICLES = {ContractKind.APPRENTICESHIP: "D6222-26", ContractKind.PROFESSIONALISATION: "D6325-15"}
_FORMS = {ContractKind.APPRENTICESHIP: "CERFA 10103", ContractKind.PROFESSIONALISATION: "CERFA 12434"}


class PayStep(NamedTuple):
    """What is paid at least from a day on: euros a month if they are known, and what they come from in words."""

    since: date
    age: int
    year: int
    amount: str
    words: str


def pay_steps(contract: ContractFile, dossier: Dossier | None) -> list[PayStep]:
    """The least that a contract pays, each step of age and year with its first day; none without dates and birth."""
    if contract.starts_on is None or contract.ends_on is None or dossier is None:
        return []
    level = contract.placement.enrolment.application.level
    return [_step(contract, day, dossier.born_on, level) for day in _days(contract, dossier.born_on)]


def _days(contract: ContractFile, born_on: date) -> Iterator[date]:
    """The first day, each anniversary, and each day on which the age that counts for pay changes the grid's row."""
    first, last = contract.starts_on, contract.ends_on
    days = {first}
    year = 1
    while (day := first + relativedelta(years=year)) <= last:
        days.add(day)
        year += 1
    for age in AGES:
        birthday = born_on + relativedelta(years=age)
        if contract.kind == ContractKind.APPRENTICESHIP:
            birthday = (birthday + relativedelta(months=1)).replace(day=1)
        if first < birthday <= last:
            days.add(birthday)
    return iter(sorted(days))


def _step(contract: ContractFile, day: date, born_on: date, level: str) -> PayStep:
    year = pay.year_of_contract(contract.starts_on, day)
    if contract.kind == ContractKind.APPRENTICESHIP:
        age = pay.age_for_pay(born_on.year, born_on.month, day)
    else:
        age = relativedelta(day, born_on).years
    if contract.kind not in _PAID_AS:
        return PayStep(day, age, year, "", _of_another_time(contract.kind, day, age, year))
    found = pay.estimate(_PAID_AS[ContractKind(contract.kind)], on=day, age=age, year=year, level=level)
    if isinstance(found, pay.Unknown):
        return PayStep(day, age, year, "", str(found.label))
    words = _("%(share)s %% of the minimum wage of %(wage)s € since %(day)s (%(article)s)") % {
        "share": found.share,
        "wage": number(found.minimum_wage),
        "day": longdate(found.since),
        "article": _PAY_ARTICLES[ContractKind(contract.kind)],
    }
    if found.share_of_branch:
        words = _("%(words)s, or %(share)s %% of the branch’s own minimum if that is more") % {
            "words": words,
            "share": found.share_of_branch,
        }
    return PayStep(day, age, year, _("%(amount)s €") % {"amount": number(found.amount)}, words)


def _of_another_time(kind: str, day: date, age: int, year: int) -> str:
    row = next((row for row in law.pay_rows(kind, day) if row["from"] <= age <= row["until"]), None)
    if row is None or not 1 <= year <= len(row["years"]):
        return str(pay.Unknown.DATE.label)
    said = {"share": row["years"][year - 1]}
    if row["of"] == "branch":
        return _("%(share)s %% of the branch’s own minimum, whose amount is not known here") % said
    return _("%(share)s %% of the minimum wage, whose amount of that date is not known here") % said


# -- the paper --------------------------------------------------------------------------------------------------------


def employer_sheet(contract: ContractFile, *, language: str) -> bytes:
    """The PDF of a contract file, in a language; what is not known yet is left to be written by hand."""
    application = contract.placement.enrolment.application
    dossier = Dossier.objects.filter(candidate=application.candidate_id).first()
    with translation.override(language):
        return pdf.render("placements/employer_sheet", _data(contract, application, dossier))


def _data(contract: ContractFile, application: Application, dossier: Dossier | None) -> dict[str, Any]:
    intake = application.cohort.intake
    operator = law.operator_word(contract.starts_on or intake.starts_on)
    form = _FORMS.get(ContractKind(contract.kind), "")
    said = {"operator": operator, "form": form}
    steps = pay_steps(contract, dossier)
    return {
        "title": _("Employer sheet"),
        "student": str(application.candidate),
        "kind": contract.get_kind_display(),
        "reference": _("File %(reference)s") % {"reference": application.reference},
        "lead": _("Prepared on %(day)s to fill the official contract in. It is signed elsewhere: this sheet is none.")
        % {"day": longdate(clock.today())},
        "sections": [
            {"title": _("The employer"), "rows": _employer(contract, operator)},
            {"title": _("Who trains"), "rows": _tutors(contract)},
            {"title": _("The student and the course"), "rows": _course(contract, application, dossier)},
            {"title": _("The contract"), "rows": _dates(contract)},
        ],
        "pay_title": _("What it pays at least, a month, before deductions"),
        "pay_head": [_("From"), _("Age, year"), _("At least"), _("From what")],
        "pay": [[longdate(one.since), _age_and_year(one), one.amount or "–", one.words] for one in steps],
        "no_pay": ""
        if steps
        else _("It depends on the dates and on the age: they are not known yet, so that nothing is said."),
        "next_title": _("And then"),
        "next": [
            (_("The official form (%(form)s) is filled in and signed on the portal of the %(operator)s.") % said)
            if form
            else _("The official form is filled in and signed with the administration."),
            _("Social security number, nationality and bank account are written there alone, never here."),
            *_by_when(contract, operator),
        ],
        "sign": _("Date and signature of the employer, if this sheet is handed over on paper:"),
    }


def _age_and_year(step: PayStep) -> str:
    return _("%(age)s years old, year %(year)s") % {"age": step.age, "year": step.year}


def _rows(*pairs: tuple[str, Any]) -> list[dict[str, str]]:
    """Terms and what they say; what is not known stands as a line to write on."""
    return [{"label": str(label), "text": str(value) if value else "…" * 12} for label, value in pairs]


def _employer(contract: ContractFile, operator: str) -> list[dict[str, str]]:
    site = contract.placement.seat.site
    said = contract.siret or site.siret
    pairs = [
        (_("Employer"), contract.employer_name or site.company.name),
        ("SIRET", f"{said[:3]} {said[3:6]} {said[6:9]} {said[9:]}" if said else ""),
        (_("Place of work"), contract.workplace or f"{site.name}, {site.postcode} {site.commune}"),
        (_("Collective agreement (IDCC)"), contract.idcc),
        (operator, contract.operator),
        (_("Headcount of the company"), number(contract.headcount) if contract.headcount else ""),
    ]
    if contract.kind == ContractKind.QUALIFICATION:
        pairs.append((_("Habilitation by the DDTEFP"), contract.habilitation))
    return _rows(*pairs)


def _tutors(contract: ContractFile) -> list[dict[str, str]]:
    pairs = [(_("Tutor"), contract.tutor_name), (_("Position held"), contract.tutor_job)]
    return _rows(*pairs, *([(_("Second tutor"), contract.second_tutor_name)] if contract.second_tutor_name else []))


def _course(contract: ContractFile, application: Application, dossier: Dossier | None) -> list[dict[str, str]]:
    cohort = application.cohort
    pairs = [
        (_("Student"), application.candidate),
        (_("Course"), cohort.intake.programme.title),
        (_("School"), cohort.intake.programme.provider.name),
        (_("First day of the course"), daydate(cohort.intake.starts_on)),
        (_("End of the course or of the examination"), longdate(contract.course_ends_on)),
        (_("Hours of training"), f"{number(contract.training_hours)} h" if contract.training_hours else ""),
    ]
    if cohort.rhythm:
        pairs.append((_("Rhythm"), cohort.rhythm))
    on = contract.starts_on or cohort.intake.starts_on
    if dossier and relativedelta(on, dossier.born_on).years < OF_AGE:
        pairs.append((_("Under age"), _("the guardian signs too; medical visit before the first day")))
    return _rows(*pairs)


def _dates(contract: ContractFile) -> list[dict[str, str]]:
    return _rows(
        (_("Start of execution"), longdate(contract.starts_on)),
        (_("Practical training from"), longdate(contract.works_from)),
        (_("End of the contract"), longdate(contract.ends_on)),
        (_("Work a week"), lasting(contract.weekly_minutes)),
    )


def _by_when(contract: ContractFile, operator: str) -> list[str]:
    placement = contract.placement
    lines = []
    if contract.file_by:
        words = _("The contract is to be filed with the %(operator)s by %(day)s.")
        lines.append(words % {"operator": operator, "day": daydate(contract.file_by)})
    who = placement.proposed_by.full_name
    if placement.proposed_by.phone:
        who = f"{who}, {said_phone(placement.proposed_by.phone)}"
    return [*lines, _("A question? %(who)s.") % {"who": who}]

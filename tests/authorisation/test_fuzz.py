"""Whatever is typed in any form or asked of any list, it is answered: five times each, a hundred in the long run.

The forms themselves are asked, which is where the answers are judged; the long run sends some by HTTP too.
Two thousand an item, on demand: `EXAMPLES=2000 python3 dev.py test --full --timeout=0 tests/authorisation`.
"""

import inspect
import zlib
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.base.forms import AuthenticateForm
from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cohorts.forecast import RateUsed
from cohorts.forms.script import ORIGIN, PERSON, PROJECT
from cohorts.models import CAREER, Application, Candidate, Cohort, Enrolment, Intake, RecruitmentSource, Slot
from cohorts.states import ApplicationState, Origin, Step
from partnership import clock
from partnership.desk import MOST_ROWS
from partnership.fields import LineField
from partnership.limits import TooMany
from partnership.models import Convention, Membership, Milestone, OutgoingMessage, Party, User, Zone
from placements.models import ContractFile, HostSite, Placement, Tutor
from placements.states import ContractKind, VisitKind
from programmes.models import Module, blocks_of
from programmes.states import ContributionState

from .. import every_form
from .rows import Row
from .strange import ANYTHING, SENDABLE, answers, names, often
from .table import TABLE
from .test_input import SENT, fields, is_told_safely, of_each, post, somebody
from .world import ADMINISTRATOR, LYON, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FORMS = every_form.written()

# What the views give to the forms that ask for something: by the argument's name, whatever the form.
GIVEN: dict[str, Any] = {
    "starts_on": lambda: clock.today() + timedelta(days=90),
    "cohorts": lambda: list(Cohort.objects.select_related("zone", "intake__programme")),
    "cohort": Cohort.objects.first,
    "application": lambda: Application.objects.select_related("candidate").first(),
    "able": lambda: list(User.objects.all()[:3]),
    "held": lambda: 0,
    "zones": Zone.objects.all,
    "milestones": Milestone.objects.all,
    "parties": Party.objects.all,
    "conventions": Convention.objects.all,
    "used": lambda: [RateUsed(step, 0.5, 7, Origin.PLANNING, 0) for step in Step],
    "sites": HostSite.objects.all,
    "tutors": Tutor.objects.all,
    "sources": RecruitmentSource.objects.all,
    "owners": lambda: list(User.objects.all()[:3]),
    "asked": lambda: (*PERSON, *PROJECT, *ORIGIN, *CAREER),
    "blocks": lambda: blocks_of(Module.objects.all()),
    "people": lambda: list(User.objects.all()[:3]),
    "colleagues": lambda: list(User.objects.all()[:3]),
    "intakes": Intake.objects.all,
    "contract": lambda: ContractFile.objects.select_related("placement__seat__site__company").first(),
    "kinds": lambda: list(ContractKind),
    "ready": Placement.objects.all,
    "open_kinds": lambda: VisitKind.values,
    "offered": lambda: {"lyon": list(User.objects.all()[:3])},
    "person": User.objects.first,
    "user": User.objects.first,
    "state": lambda: ContributionState.RECEIVED,
    "leads": lambda: list(Membership.objects.select_related("user", "party")[:3]),
    "slot": lambda: Slot.objects.select_related("cohort").first(),
    "day": lambda: clock.today() + timedelta(days=4),
    "secret": lambda: "JBSWY3DPEHPK3PXP",
    "students": Enrolment.objects.all,
    "choices": lambda: [(cohort.pk, str(cohort)) for cohort in Cohort.objects.all()],
    "confirmed": lambda: True,
    "stays": Candidate.objects.first,
    "goes": Candidate.objects.last,
    "headings": lambda: ["Nom", "Prénom", ""],
    "files": Application.objects.all,
    "letter": OutgoingMessage.objects.first,
    "stopped": OutgoingMessage.objects.all,
    "to": lambda: ApplicationState.WITHDRAWN,
    "exit_state": lambda: ApplicationState.WITHDRAWN,
    "placed": lambda: [str(key) for key in Enrolment.objects.values_list("pk", flat=True)],
}


def given_to(kind: type) -> dict[str, Any]:
    """The arguments without which a form is not made."""
    asked: dict[str, Any] = {}
    for parent in kind.__mro__:
        if "__init__" in vars(parent) and parent.__module__.partition(".")[0] in every_form.PACKAGES:
            asked |= inspect.signature(parent.__init__).parameters
    needed = [name for name, said in asked.items() if said.kind == said.KEYWORD_ONLY and said.default is said.empty]
    if issubclass(kind, AuthenticateForm):
        # The library takes it without saying so.
        needed.append("user")
    unknown = set(needed) - GIVEN.keys()
    assert not unknown, f"say in GIVEN what the views give {kind.__name__} as {unknown}"
    return {name: GIVEN[name]() for name in needed}


def judge(form: forms.BaseForm) -> bool:
    """Read a form that came back, draw it with its errors; whether it is right."""
    try:
        is_right = form.is_valid()
    except TooMany:
        # Some codes are counted as they are tried: whoever tries too many is answered 429.
        return False
    # Drawing costs ten times what judging does: one in eight is drawn, chosen by what was sent.
    if zlib.crc32(repr(form.data).encode("utf-8", "replace")) % 8 == 0:
        assert "<script>" not in str(form)
    for name, field in form.fields.items():
        text = form.cleaned_data.get(name)
        if isinstance(field, LineField) and isinstance(text, str) and not isinstance(field, forms.EmailField):
            assert field.max_length is None or len(text) <= field.max_length
            assert not [c for c in text if c == "\0" or "\ud800" <= c <= "\udfff"]
    return is_right


@pytest.mark.parametrize("kind", FORMS, ids=every_form.name_of)
def test_a_form_takes_any_answer(world, kind):
    said = given_to(kind)
    blank = kind(**said)
    asked = names(blank)
    # The sign-in library's forms ask the request they are in.
    sending = every_form.visit(AnonymousUser(), "/fr/connexion/")
    sending.method = "POST"

    @often()
    @given(sent=answers(asked, {}, ANYTHING))
    def try_it(sent):
        with request_context(sending):
            judge(kind(sent, **said))

    try_it()


def right_answers(form: forms.BaseForm) -> dict[str, Any]:
    """What a form says as it opens."""
    found = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, forms.MultiWidget):
            for suffix, part in zip(widget.widgets_names, widget.decompress(value), strict=False):
                found[f"{bound.html_name}{suffix}"] = part
        elif value is not None:
            found[bound.html_name] = value
    return found


def record_of(world: World, table: admin.ModelAdmin) -> Any:
    name = f"{table.opts.app_label}_{table.opts.model_name}"
    return table.model.objects.get(pk=world.things[name, LYON]["object_id"])


@pytest.mark.parametrize("table", every_form.tables(), ids=lambda table: table.opts.label)
def test_a_record_of_the_administration_takes_any_answer(world, table):
    request = every_form.visit(world.people[ADMINISTRATOR])
    if not table.has_change_permission(request):
        pytest.skip("it is only read")
    record = record_of(world, table)
    kind = table.get_form(request, record)
    opened = kind(instance=record)

    @often()
    @given(sent=answers(names(opened), right_answers(opened), ANYTHING))
    def try_it(sent):
        form = kind(sent, instance=record_of(world, table))
        # What the form finds right, the database takes or refuses by a rule of its own that has a sentence.
        if judge(form):
            with transaction.atomic():
                form.save()
                transaction.set_rollback(True)

    try_it()


@pytest.mark.parametrize("rows", every_form.rows_of_tables(), ids=str)
def test_the_rows_of_a_record_take_any_answer(world, rows):
    request = every_form.visit(world.people[ADMINISTRATOR])
    record = record_of(world, rows.table)
    kind = rows.formset(request, record)
    opened = kind(instance=record)
    prefix = opened.prefix
    asked = names(opened.empty_form)
    asked = {name.replace("__prefix__", "0"): field for name, field in asked.items()}
    counts = st.sampled_from(["", "-1", "x", "²", "2147483648"]) | st.integers(0, 3).map(str)

    @often()
    @given(sent=answers(asked, {}, ANYTHING), total=counts, initial=counts)
    def try_it(sent, total, initial):
        sent[f"{prefix}-TOTAL_FORMS"], sent[f"{prefix}-INITIAL_FORMS"] = total, initial
        formset = kind(sent, instance=record)
        formset.is_valid()
        assert len(formset.forms) <= MOST_ROWS

    try_it()


# -- what is asked of a list -------------------------------------------------------------------------------------------

ASKED = [row for row in TABLE if row.asks and not row.url.startswith("admin")]
WORDS = ["lyon", "paris", "nom", "-attente", "en_cours", "admitted", "placed", "free", "applied", "lycee", "personne"]


def query(asked: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    """Some parameters of an address, each with a word it may know or with anything."""
    values = st.sampled_from(WORDS) | SENDABLE | st.integers(-1, 40).map(str)
    return st.dictionaries(st.sampled_from(asked), values, max_size=4)


@of_each(ASKED)
def test_a_page_answers_any_question(world, row):
    client, address = world.client(somebody(row, "get")), world.address(row.url, row.of)

    # One parameter has fewer ways to be wrong than eight have together.
    @often(50 if len(row.asks) > 1 else 12)
    @given(said=query(row.asks))
    def try_it(said):
        assert is_told_safely(client.get(address, said))

    try_it()


def parameters(table: admin.ModelAdmin, request: Any) -> tuple[str, ...]:
    """Every parameter that a table's own address knows."""
    found = ["q", "p", "o", "e", "all", "_facets", "_popup", "_to_field", "pk__in", "id"]
    for known in table.get_list_filter(request):
        path = known[0] if isinstance(known, tuple) else known
        found += [path, f"{path}__exact", f"{path}__id__exact", f"{path}__isnull", f"{path}__in"]
    return tuple(found)


@pytest.mark.parametrize("table", every_form.tables(), ids=lambda table: table.opts.label)
def test_a_table_of_the_administration_answers_any_question(world, table):
    user = world.people[ADMINISTRATOR]
    address = reverse(f"admin:{table.opts.app_label}_{table.opts.model_name}_changelist")

    # The pages of the administration are the library's, one like the other.
    @often(12)
    @given(said=query(parameters(table, every_form.visit(user))))
    def try_it(said):
        try:
            answer = table.changelist_view(every_form.visit(user, address, said))
        except SuspiciousOperation:
            # Django answers it with a 400.
            return
        assert answer.status_code in (200, 302)
        # Asked twice for what it does not know, the library answers a page without a table.
        if answer.status_code == 200 and "cl" in answer.context_data:
            list(answer.context_data["cl"].result_list)

    try_it()


# -- the same by HTTP --------------------------------------------------------------------------------------------------


def fields_of(world: World, row: Row) -> dict[str, forms.Field]:
    """The names that a form's page shows and that a right answer has."""
    return {name: LineField() for name in fields(world, row)}


@pytest.mark.full
@of_each(SENT)
def test_an_address_takes_any_answer(world, row):
    asked = fields_of(world, row) or {"version": LineField()}

    @often(5)
    @given(sent=answers(asked, world.said(row.url, LYON), SENDABLE))
    def try_it(sent):
        assert is_told_safely(post(world, row, dict(sent.lists())))

    try_it()

"""What must not be kept of a person is refused wherever somebody writes freely about them (domain.md, § 2.5)."""

import pytest
from django.urls import reverse
from django.utils import translation

from partnership import clock, links
from partnership.fields import ProseField
from partnership.models import ref
from placements import forms
from placements.forms.contracts import AnswerForm, FileForm, SheetForm
from placements.models import ContractFile, HostCall, HostSite, Placement, Tutor, Visit
from placements.states import ANSWER, BreakCause, ContractKind, PlacementState

from .. import every_form, factories
from . import follow_up_factory as made

pytestmark = pytest.mark.django_db

NIR, IBAN = "Son numéro : 2 84 05 88 321 025 91.", "Virement sur FR14 2004 1010 0505 0001 3M02 606."
NATIONALITY = "Elle est de nationalité italienne."
UNKEPT = {
    ("fr", NIR): "Un numéro de sécurité sociale n’est pas conservé ici",
    ("en", NIR): "A social security number is not kept here",
    ("fr", IBAN): "Un compte bancaire n’est pas conservé ici",
    ("en", IBAN): "A bank account is not kept here",
    ("fr", NATIONALITY): "La nationalité d’une personne n’est pas conservée ici",
    ("en", NATIONALITY): "Somebody’s nationality is not kept here",
}
_IDS = [f"{what}-{language}" for what in ("number", "account", "nationality") for language in ("fr", "en")]
languages_and_texts = pytest.mark.parametrize(("language", "typed"), list(UNKEPT), ids=_IDS)


def _url(language: str, name: str, *args) -> str:
    with translation.override(language):
        return reverse(f"placements:{name}", args=args)


@pytest.fixture
def placement(lyon_lead) -> Placement:
    return made.active(since=40)


# -- what is typed most: calls, visits and check-ins, breaks ----------------------------------------------------------


@languages_and_texts
def test_the_note_of_a_call_keeps_no_such_thing(lead, site, language, typed):
    url, said = _url(language, "site_call", site.pk), {"result": "reached"}
    page = lead.post(url, said | {"note": typed})
    assert page.status_code == 422 and UNKEPT[language, typed] in page.content.decode()
    assert not HostCall.objects.exists()
    assert lead.post(url, said | {"note": "Rappeler au 04 65 71 00 12, SIRET 732 829 320 00074."}).status_code == 302
    assert HostCall.objects.get().note


@pytest.mark.parametrize("kind", ["visit", "day_35", "day_45", "phone"])
@languages_and_texts
def test_the_notes_of_a_visit_or_check_in_keep_no_such_thing(lead, placement, kind, language, typed):
    url = _url(language, "visit_record", placement.pk)
    said = {"kind": kind, "done_on": clock.today(), "signal": "ok", "shown": "0"}
    page = lead.post(url, said | {"notes": typed})
    assert page.status_code == 422 and UNKEPT[language, typed] in page.content.decode()
    assert not Visit.objects.exists()
    assert lead.post(url, said | {"notes": "À l’aise au téléphone."}).status_code == 302
    assert Visit.objects.get().notes


@languages_and_texts
def test_the_note_of_a_break_keeps_no_such_thing(lead, placement, language, typed):
    url = _url(language, "placement_break", placement.pk)
    said = {"cause": BreakCause.RESIGNATION, "on": clock.today(), "reopen": "no", "version": placement.version}
    page = lead.post(url, said | {"note": typed})
    assert page.status_code == 422 and UNKEPT[language, typed] in page.content.decode()
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACTIVE


def test_a_host_who_says_no_by_link_writes_no_such_thing_either(client, student, seat, lyon_lead):
    placement = factories.placement(student, seat, by=lyon_lead)
    url = _url("fr", "answer_decline", links.mint(ANSWER, ref(placement)))
    page = client.post(url, {"reason": "other", "comment": NIR, "version": placement.version})
    assert page.status_code == 422 and UNKEPT["fr", NIR] in page.content.decode()
    placement.refresh_from_db()
    assert placement.state == PlacementState.PROPOSED


# -- every form -------------------------------------------------------------------------------------------------------

_NOBODY = {"sites": HostSite.objects.none(), "tutors": Tutor.objects.none()}
# Every text of several lines that stays in the file of a person or a host.
FREE = [
    (forms.HostCallForm, {}, "note"),
    (forms.VisitForm, {"open_kinds": ["visit"]}, "notes"),
    (forms.BreakForm, {}, "note"),
    (forms.AmendForm, _NOBODY, "hours_reason"),
    (forms.ProposeForm, {}, "hours_reason"),
    (forms.CancelForm, {}, "reason"),
    (forms.DeclineForm, {}, "comment"),
    (forms.NotChosenForm, {}, "comment"),
    (forms.StudentDeclineForm, {}, "comment"),
    (SheetForm, {"contract": ContractFile(kind=ContractKind.APPRENTICESHIP)}, "note"),
    (AnswerForm, {}, "reason"),
    (FileForm, {}, "number"),
]


@pytest.mark.parametrize(("kind", "given", "field"), FREE, ids=lambda value: getattr(value, "__name__", None))
@languages_and_texts
def test_whatever_form_it_is_typed_in_the_sentence_is_the_readers(kind, given, field, language, typed):
    # A line holds less than a paragraph.
    text = typed if field != "number" else {NIR: "2 84 05 88 321 025 91", IBAN: typed[13:48]}.get(typed, typed[:40])
    with translation.override(language):
        [said] = kind({field: text}, **given).errors[field]
        assert said.startswith(UNKEPT[language, typed])


def test_no_form_of_ours_takes_a_free_text_without_looking():
    """A new form is held to it unasked; the one whose words are a letter's, and in nobody's file, is named here."""
    free = {
        kind
        for kind in every_form.written()
        if kind.__module__.startswith("placements.")
        and any(isinstance(field, ProseField) for field in kind.base_fields.values())
    }
    assert free - {forms.HostWordsForm} == {kind for kind, _given, _field in FREE} - {FileForm}

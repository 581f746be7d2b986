"""The hours of a content: against what its programme promises, and a quarter of an apprenticeship."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from partnership.states import Role
from programmes import hours
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories


@pytest.mark.parametrize(("months", "least"), [(6, 201), (12, 402), (24, 804), (36, 1206)])
def test_a_quarter_of_a_contract_is_spent_in_class(months, least):
    """Code du travail, art. L6211-2, on 1,607 hours a year."""
    assert hours.least(months) == least


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("promised", "months", "total", "said"),
    [
        (None, None, 12, []),
        (532, 12, 0, []),
        (532, 12, 532, []),
        (532, 12, 531, ["531 heures, la formation en promet 532"]),
        (None, 12, 402, []),
        (None, 12, 401, ["au moins 402 heures"]),
        (532, 12, 1, ["1 heure, la formation en promet 532", "au moins 402 heures"]),
    ],
)
def test_what_does_not_add_up_is_said(promised, months, total, said):
    found = hours.doubts(factories.programme(hours=promised, months=months), total)
    assert len(found) == len(said)
    assert all(words in sentence.replace("\u202f", " ") for words, sentence in zip(said, found, strict=True))


@pytest.mark.django_db
def test_whoever_keeps_their_employer_is_owed_no_quarter():
    certificate = factories.programme(kind=ProgrammeKind.SCHOOL_CERTIFICATE, months=12)
    assert hours.doubts(certificate, 182) == []


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"hours": 0}, {"months": 0}, {"months": 49}])
def test_the_database_refuses_absurd_lengths(wrong):
    with pytest.raises(IntegrityError, match="a_programme_lasts"):
        factories.programme(**wrong)


@pytest.mark.django_db
def test_authors_and_reviewers_read_what_does_not_add_up(author, reviewer, client_of):
    programme = factories.programme(hours=532, months=12)
    version = factories.curriculum(programme, state=CurriculumState.SUBMITTED, modules=2, by=author)
    total = sum(module.hours for module in version.modules.all())
    for reader, page in ((author, "programmes:curriculum_read"), (reviewer, "admin:programmes_curriculum_review")):
        said = client_of(reader).get(reverse(page, args=[version.pk])).content.decode()
        assert "Le compte d’heures n’y est pas." in said
        assert f"{total} heures, la formation en promet 532." in said


@pytest.mark.django_db
def test_an_administrator_is_told_what_a_contract_may_last(client_of):
    programme = factories.programme(hours=532)
    site = client_of(factories.user(Role.ADMINISTRATOR))
    address = reverse("admin:programmes_programme_change", args=[programme.pk])
    form = site.get(address).context["adminform"].form
    answers = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    refused = site.post(address, answers | {"months": "49"})
    assert "Un contrat dure de 1 à 48 mois" in refused.content.decode()
    site.post(address, answers | {"months": "12"})
    programme.refresh_from_db()
    assert programme.months == 12

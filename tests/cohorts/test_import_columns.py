"""What a column is: guessed from usual headings in French and English, or from what stands below."""

import pytest
from django.utils import translation

from cohorts.imports.columns import KINDS, ON_PAPER, guess, signature
from cohorts.imports.rows import SENTENCES, split_name


@pytest.fixture(params=["fr", "en"])
def language(request):
    with translation.override(request.param):
        yield


@pytest.mark.parametrize(
    ("headings", "kinds"),
    [
        (["Nom", "Prénom", "Téléphone", "E-mail"], ["last_name", "first_name", "phone", "email"]),
        (["NOM", "PRENOM", "N° de tél.", "Adresse mail"], ["last_name", "first_name", "phone", "email"]),
        (
            ["Nom de famille", "Prénoms", "Tél. portable", "Courriel"],
            ["last_name", "first_name", "phone", "email"],
        ),
        (["Last name", "First name", "Mobile", "Email address"], ["last_name", "first_name", "phone", "email"]),
        (["Surname", "Given name", "Phone", "E-Mail"], ["last_name", "first_name", "phone", "email"]),
        (["Nom et prénom", "Tel"], ["full_name", "phone"]),
        (["Nom", "Tel"], ["full_name", "phone"]),
        (["Name", "Phone number"], ["full_name", "phone"]),
        (["Candidat", "Tel"], ["full_name", "phone"]),
        (["Prénom", "Tél. fixe", "Portable"], ["first_name", "", "phone"]),
        (["Prénom", "Nom du lycée", "Tel"], ["first_name", "supported_by", "phone"]),
        (
            ["Prénom", "Né(e) le", "CP", "Ville", "Niveau d'études", "Zone souhaitée"],
            ["first_name", "birth", "postcode", "commune", "level", "zone"],
        ),
        (
            ["Date de naissance", "Code postal", "Dernier diplôme", "Disponibilités", "Langues parlées"],
            ["birth", "postcode", "level", "availability", "languages"],
        ),
        (
            ["Comment nous avez-vous connus ?", "Avez-vous un employeur ?", "Établissement"],
            ["source", "has_employer", "supported_by"],
        ),
        (["Commentaire", "", "N°"], ["", "", ""]),
    ],
)
def test_usual_headings_are_known(headings, kinds):
    assert guess(headings) == kinds


def test_what_stands_below_says_what_a_heading_does_not():
    sample = [["Zoé", "zoe@exemple.test", "06 12 34 56 78"], ["Nils", "nils@exemple.test", "+33465712036"]]
    assert guess(["Prénom", "Contact 1", "Contact 2"], sample) == ["first_name", "email", "phone"]
    assert guess(["Prénom", "Note", "Année"], [["Zoé", "16", "2008"]]) == ["first_name", "", ""]


def test_the_headings_of_our_own_sheet_are_known_in_both_languages(language):
    assert guess([str(KINDS[key].title) for key in ON_PAPER]) == list(ON_PAPER)


def test_the_order_of_headings_is_remembered_and_not_their_spelling():
    assert signature(["Nom", "Prénom"]) == signature([" NOM ", "prenom"])
    assert signature(["Nom", "Prénom"]) != signature(["Prénom", "Nom"])


@pytest.mark.parametrize(
    ("text", "first", "last", "seen"),
    [
        ("DUPONT Zoé", "Zoé", "DUPONT", True),
        ("Zoé DUPONT-MARTIN", "Zoé", "DUPONT-MARTIN", True),
        ("DA SILVA Inès", "Inès", "DA SILVA", True),
        ("Zoé Dupont", "Zoé", "Dupont", False),
        ("Zoé", "Zoé", "", True),
    ],
)
def test_a_last_name_in_capitals_is_seen(text, first, last, seen):
    assert split_name(text) == (first, last, seen)


def test_every_sentence_is_one(language):
    assert [text for text in map(str, SENTENCES.values()) if not text.endswith(".")] == []

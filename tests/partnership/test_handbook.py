"""The handbook: every role finds its page, nothing it quotes is invented, and both languages say the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from config import handbook
from partnership.board import TERMS
from partnership.management.commands import messages
from partnership.measures import MEASURES
from partnership.states import Role
from partnership.templatetags.handbook import PICTURES, picture_file
from partnership.templatetags.ui import icon

from .. import factories
from ..browser import pictures

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "templates" / "handbook"
LANGUAGES = ("fr", "en")
PROSE = sorted(FOLDER.glob("*.fr.html")) + sorted(FOLDER.glob("*.en.html"))
QUOTED = re.compile(r'{% label "([^"]+)"(?: "([^"]+)")?(?: of="([^"]+)")? %}')
PICTURED = re.compile(r'{% picture "([^"]+)" "([^"]+)" %}')
STATE = re.compile(r"{% state_badge (\w+)\.(\w+) %}")
INCLUDED = re.compile(r'{% include "handbook/(\w+)\.(\w+)\.html"')
# Which states a page explains, all of them.
EXPLAINED = {
    "recruteur": ("Application", "Letter"),
    "responsable-du-recrutement": ("Letter",),
    "auteur": ("Content", "Letter"),
    "relecteur": ("Opinion", "Content", "Letter"),
    "referent-regional": ("Placement", "Introduction", "Contract", "Letter"),
    "coordinateur": ("Milestone", "Convention", "Letter"),
    "administrateur": ("Letter",),
    "candidats": (),
    "entreprises": (),
}


def address(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("guide_chapter", args=[slug])


def read(client, slug: str, language: str) -> str:
    answer = client.get(address(slug, language))
    assert answer.status_code == 200
    return answer.content.decode()


def whole(slug: str, language: str) -> str:
    """The source of a page, with what it includes."""
    text = (FOLDER / f"{slug}.{language}.html").read_text()
    return text + "".join((FOLDER / f"{name}.{of}.html").read_text() for name, of in INCLUDED.findall(text))


# -- who reads what ---------------------------------------------------------------------------------------------------


def test_every_role_has_its_page():
    assert {chapter.role for chapter in handbook.CHAPTERS} == {*Role, None}
    assert {chapter.slug for chapter in handbook.CHAPTERS} == EXPLAINED.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", EXPLAINED)
def test_whoever_signs_in_reads_every_page(slug, language, client_of):
    for person in (factories.user(), factories.user(Role.REVIEWER), factories.user(Role.ADMINISTRATOR)):
        page = read(client_of(person), slug, language)
        assert page.count("<h1>") == 1 and "{%" not in page and "{{" not in page


def test_whoever_has_not_signed_in_is_asked_to(client):
    answer = client.get(address("recruteur", "fr"))
    assert answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


def test_an_unknown_page_is_not_found(author, client_of):
    assert client_of(author).get("/fr/guide/magicien/").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_page_stands_first_and_leads_to_it_from_the_foot_of_every_page(language, lyon_lead, client_of):
    client = client_of(lyon_lead)
    with translation.override(language):
        guide, name = reverse("guide"), str(handbook.CHAPTERS[4].name)
    page = client.get(guide).content.decode()
    assert re.findall(r'<h2><a href="[^"]+">([^<]+)</a>', page)[0] == name
    foot = client.get(address("auteur", language)).content.decode().partition("<footer")[2]
    assert f'href="{guide}"' in foot


@pytest.mark.parametrize(("role", "slug"), [(one.role, one.slug) for one in handbook.CHAPTERS if one.role])
def test_its_links_are_for_whoever_has_the_role_and_open_for_them(role, slug, client_of, django_assert_max_num_queries):
    factories.cohort("lyon", of=factories.intake())
    factories.site("lyon")
    zone = factories.zone("lyon") if role == Role.REGIONAL_LEAD else None
    own, other = client_of(factories.user(role, zone=zone)), client_of(factories.user())
    linked = re.compile(r'<strong><a href="([^"]+)">')
    assert linked.findall(read(other, slug, "fr")) == []
    with django_assert_max_num_queries(20):
        found = set(linked.findall(read(own, slug, "fr")))
    assert len(found) >= 1
    assert {link: status for link in found if (status := own.get(link).status_code) not in (200, 302)} == {}


# -- what it says is so -----------------------------------------------------------------------------------------------


def test_every_label_it_quotes_stands_on_another_page():
    used = set()
    for message in messages.extracted():
        elsewhere = [path for path, _line in message.locations if "handbook" not in path]
        if message.id and elsewhere:
            used.add((message.id, message.context or ""))
    quoted = {
        (words, context): path.name for path in PROSE for words, _url, context in QUOTED.findall(path.read_text())
    }
    assert len(quoted) > 60
    assert {quote: where for quote, where in quoted.items() if quote not in used} == {}


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_no_quotation_escapes_the_check(path):
    text = path.read_text()
    assert text.count("{% label ") == len(QUOTED.findall(text))
    assert text.count("{% picture ") == len(PICTURED.findall(text))
    assert text.count("{% state_badge ") == len(STATE.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", EXPLAINED)
def test_every_state_that_a_role_meets_is_explained_once(slug, language):
    told = STATE.findall(whole(slug, language))
    wanted = [(name, state.name) for name in EXPLAINED[slug] for state in handbook.STATES[name]]
    assert sorted(told) == sorted(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_state_wears_the_word_and_the_shape_that_it_has_elsewhere(language, recruiter, client_of):
    page = read(client_of(recruiter), "recruteur", language)
    with translation.override(language):
        word = str(handbook.STATES["Application"].WAITLISTED.label)
    badge = f'<span class="badge badge--idle">{icon("half")}{word}</span>'
    assert f"<dt>{badge}</dt>" in page


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.fr.html")), ids=lambda path: path.name)
def test_both_languages_quote_show_and_link_the_same(path):
    french, english = path.read_text(), path.with_name(path.name.replace(".fr.", ".en.")).read_text()
    for what in (QUOTED, STATE):
        assert what.findall(french) == what.findall(english)
    assert [name for name, _says in PICTURED.findall(french)] == [name for name, _says in PICTURED.findall(english)]
    for tag in ("<h2>", "<li>", "<dt>", "<p>"):
        assert french.count(tag) == english.count(tag), tag


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.fr.html")), ids=lambda path: path.name)
def test_its_french_keeps_the_typography_of_the_house(path):
    words = re.sub(r"{%(?! picture).*?%}|{{.*?}}|<[^>]*>", "x", path.read_text())
    assert re.findall(r"[^\W\d] [:;?!»]|« |\w'\w", words) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_each_figure_counts_is_told(language, coordinator, client_of):
    client = client_of(coordinator)
    with translation.override(language):
        pages = client.get(reverse("guide")).content.decode(), read(client, "coordinateur", language)
        for measure in MEASURES.values():
            for page in pages:
                assert f"<dd>{measure.definition}</dd>" in page


# -- its pictures -----------------------------------------------------------------------------------------------------


def test_the_pictures_it_shows_are_those_that_are_taken():
    shown = {name for path in PROSE for name, _says in PICTURED.findall(path.read_text())}
    assert shown == PICTURES.keys()
    assert PICTURES.keys() <= pictures.SUBJECTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_there_in_each_language_small_and_of_its_size(name, language):
    file = Path(settings.BASE_DIR) / "static" / picture_file(name, language)
    assert file.exists(), "Take the pictures: python3 dev.py test tests/browser/pictures.py"
    content = file.read_bytes()
    assert len(content) < pictures.HEAVIEST_OF_THE_GUIDE
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == PICTURES[name]


@pytest.mark.parametrize("slug", EXPLAINED)
def test_a_page_weighs_no_more_than_any_other_of_the_staff(slug):
    """Two pictures at most, each half of what the page may weigh; they load as they come into view."""
    assert 0 <= len(PICTURED.findall(whole(slug, "fr"))) <= 2


def test_a_picture_says_what_is_on_it_and_keeps_its_room(recruiter, client_of):
    page = read(client_of(recruiter), "recruteur", "fr")
    found = re.findall(r'<img src="([^"]+)" width="(\d+)" height="(\d+)" alt="([^"]+)" loading="lazy"', page)
    assert [(Path(src).name, int(width), int(height)) for src, width, height, _alt in found] == [
        ("worklist.fr.png", *PICTURES["worklist"]),
        ("application.fr.png", *PICTURES["application"]),
    ]
    assert all(len(alt) > 30 for *_rest, alt in found)


# -- definitions where figures stand ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_milestone_says_what_its_figures_count_to_whoever_cannot_hover(language, coordinator, client_of):
    milestone = factories.milestone()
    for zone in ("lyon", "paris"):
        factories.objective(milestone=milestone, measure="host_places", zone=factories.zone(zone), target=20)
    with translation.override(language):
        address = reverse("partnership:milestone_detail", args=[milestone.order])
        definition = str(MEASURES["host_places"].definition)
    page = client_of(coordinator).get(address).content.decode()
    assert page.count(f'<abbr title="{definition}">') == 2
    assert page.count(f"<dd>{definition}</dd>") == 1


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("programmes:curriculum_list", ("contents", "contents_validated")),
        ("programmes:activity_list", ("activities", "activities_delivered")),
        ("cohorts:register", ("contacts",)),
        ("placements:register", ("host_places",)),
        ("programmes:registration_register", ("registrations",)),
        ("partnership:board", ("confirmed", "host_places", "placed", "short_side", "expected", "required")),
        (
            "partnership:report",
            (
                "confirmed",
                "host_places",
                "placed",
                "expected",
                "required",
                "contents",
                "contents_validated",
                "short_side",
            ),
        ),
        ("partnership:zone_map", ("confirmed", "host_places", "placed", "short_side")),
        ("cohorts:forecast", ("expected", "promised", "at_risk", "cohort_places", "required", "received")),
    ],
)
def test_a_page_of_figures_defines_them_in_its_text(name, keys, coordinator, client_of):
    factories.objective(milestone=factories.milestone(), measure="confirmed", target=10)
    factories.cohort("lyon", of=factories.intake())
    page = client_of(coordinator).get(reverse(name)).content.decode()
    said = re.sub(r"<[^>]*>", "\n", page)
    assert [key for key in keys if str((MEASURES | TERMS)[key].definition) not in said] == []


def test_the_public_page_defines_its_figures(client):
    milestone = factories.milestone()
    factories.objective(milestone=milestone, measure="confirmed", target=10)
    factories.cohort("lyon", of=factories.intake())
    page = client.get(reverse("front")).content.decode()
    assert "so-far" in page
    for key in ("confirmed", "host_places", "placed"):
        assert f"<dd>{MEASURES[key].definition}</dd>" in page

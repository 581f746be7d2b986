"""Bars, pips, badges, dates, figures and fields: what the components write, in both languages."""

import html
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
import segno
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

import cohorts.states
import partnership.states
import placements.states
import programmes.states
from config import style
from partnership.templatetags import drawings, fields, figures, ui

NBSP, THIN = "\u00a0", "\u202f"


@pytest.fixture(params=["fr", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def french():
    with translation.override("fr"):
        yield


def drawn(**values) -> ElementTree.Element:
    markup = Template("{% tandem_bars " + " ".join(f"{k}={k}" for k in values) + " %}").render(Context(values))
    return ElementTree.fromstring(re.search(r"<svg.*?</svg>", markup, re.DOTALL)[0])  # noqa: S314 - our own markup


def marks(svg: ElementTree.Element, css: str) -> list[dict[str, str]]:
    return [mark.attrib for mark in svg.iter() if mark.get("class") == css]


# -- tandem bars ------------------------------------------------------------------------------------------------------


def test_the_dark_part_is_as_long_on_both_bars():
    young, seats = marks(drawn(young=31, seats=24, linked=12, young_target=64, seats_target=26), "bar-link")
    assert young["width"] == seats["width"]


def test_every_row_of_a_table_is_drawn_on_the_given_scale():
    (small,) = marks(drawn(young=10, seats=0, scale=100, width=204), "bar-wait")
    assert small["width"] == "20"


def test_nothing_is_ever_drawn_outside_the_picture():
    svg = drawn(young=58, seats=34, linked=30, young_target=50, seats_target=28, scale=40, forecast=(60, 52, 71))
    assert all(float(m.get("x", 0)) + float(m.get("width", 0)) <= float(svg.get("width")) for m in svg.iter("rect"))


def test_zero_is_a_dashed_stub():
    svg = drawn(young=0, seats=0, young_target=16, seats_target=12)
    assert len(marks(svg, "bar-zero")) == 2
    assert not marks(svg, "bar-wait") + marks(svg, "bar-free")


def test_a_side_without_an_objective_has_no_tick():
    assert len(marks(drawn(young=5, seats=5, young_target=9), "bar-tick")) == 1


def test_only_a_passed_objective_gets_a_halo():
    assert len(marks(drawn(young=58, seats=20, young_target=50, seats_target=28), "bar-halo")) == 1
    assert not marks(drawn(young=50, seats=28, young_target=50, seats_target=28), "bar-halo")


def test_where_no_host_place_applies_there_is_no_second_bar(french):
    svg = drawn(young=9, seats=None, young_target=15)
    assert not marks(svg, "bar-free") + marks(svg, "bar-zero")
    assert svg.get("aria-label") == "9 jeunes confirmés sur 15 attendus, sans accueil"


def test_more_tandems_than_people_are_never_drawn():
    (young, seats) = marks(drawn(young=4, seats=2, linked=9, scale=10, width=104), "bar-link")
    assert young["width"] == seats["width"] == "20"


def test_the_label_says_everything_the_drawing_shows(french):
    words = ui.tandem_words(31, 24, 12, 64, 26, (48, 41, 55))
    assert words == (
        "31 jeunes confirmés sur 64 attendus, 24 places confirmées sur 26 attendues, 12 tandems formés, "
        "prévision 48, entre 41 et 55"
    )


def test_the_label_speaks_english_too():
    with translation.override("en"):
        words = ui.tandem_words(1, 0, 0)
    assert (
        words
        == "1 young person confirmed without an objective, 0 places confirmed without an objective, 0 tandems formed"
    )


# -- seats ------------------------------------------------------------------------------------------------------------


def test_each_seat_is_one_square_of_its_kind(french):
    svg = ElementTree.fromstring(ui.seat_pips(2, 3, 1))  # noqa: S314 - our own markup
    assert [len(marks(svg, f"pip-{kind}")) for kind in ("taken", "free", "stale")] == [2, 3, 1]
    assert svg.get("aria-label") == f"Places{NBSP}: 2 occupées, 3 libres, 1 à reconfirmer, non comptée"


@pytest.mark.parametrize("taken, free", [(0, 0), (9, 4)])
def test_no_seat_or_more_than_twelve_are_said_in_words(taken, free):
    assert "<svg" not in ui.seat_pips(taken, free)


# -- codes to scan ----------------------------------------------------------------------------------------------------


def squares(path: str, side: int) -> list[list[int]]:
    """The picture as a scanner sees it: dark and light, line by line."""
    seen = [[0] * side for _ in range(side)]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", path)
    assert "".join(f"M{x} {y}h{width}v1H{back}z" for x, y, width, back in runs) == path
    for x, y, width, back in (map(int, run) for run in runs):
        assert back == x and not any(seen[y][x : x + width])
        seen[y][x : x + width] = [1] * width
    return seen


@pytest.mark.parametrize(
    "address",
    [
        "https://tandem.example/fr/formations/cs-acvd/?source=lycee",
        "HTTPS://TANDEM.EXAMPLE/",
        "https://tandem.example/fr/suivi/" + "0123456789abcdefXYZ-_" * 8 + "/",
    ],
)
def test_a_code_is_the_one_of_the_standard_with_its_margin(address):
    svg = ElementTree.fromstring(ui.qr_code(address, square=3))  # noqa: S314 - our own markup
    paper, ink = (mark.attrib for mark in svg.iter("path"))
    side = int(svg.get("viewBox").split()[-1])
    assert svg.get("width") == svg.get("height") == str(3 * side)
    assert paper == {"fill": "#fff", "d": f"M0 0h{side}v{side}H0z"} and ink["fill"] == "#000"
    seen = squares(ink["d"], side)
    inner = [row[4:-4] for row in seen[4:-4]]
    assert inner == [list(row) for row in segno.make_qr(address, error="m").matrix]
    assert sum(map(sum, seen)) == sum(map(sum, inner))
    # The eyes in three corners, by which a camera finds it.
    eye = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
    for top, left in ((0, 0), (0, -7), (-7, 0)):
        corner = [(row[left:] if left else row[:7]) for row in (inner[top:] if top else inner[:7])]
        assert ["".join(".#"[dark] for dark in row) for row in corner] == eye


def test_a_code_says_in_words_where_it_leads(language):
    shown = Template("{% qr_code address %}").render(Context({"address": "https://tandem.example/?a=1&b=<2>"}))
    words = {"fr": f"Code à scanner{NBSP}: ", "en": "Code to scan: "}[language]
    assert f"<title>{words}https://tandem.example/?a=1&amp;b=&lt;2&gt;</title>" in shown
    assert 'role="img"' in shown and "style" not in shown
    assert "<title>Affiche &lt;b&gt;</title>" in ui.qr_code("https://tandem.example/", "Affiche <b>")


# -- states -----------------------------------------------------------------------------------------------------------


# Whatever a state badge may be asked to show: the states of every app, and the reviewers' opinions.
STATES = [
    states
    for module in (partnership.states, programmes.states, cohorts.states, placements.states)
    for name, states in vars(module).items()
    if name.endswith("State") or name in ("MilestoneStatus", "Opinion", "RowVerdict")
]


@pytest.mark.parametrize(
    "state",
    [state for states in STATES for state in states],
    ids=repr,
)
def test_every_state_has_a_meaning_a_shape_and_its_own_word(state, language):
    shown = ui.state_badge(state)
    assert re.match(r'<span class="badge badge--(done|risk|late|go|idle)"><svg', shown)
    assert any(f">{drawn}</svg>{state.label}</span>" in html.unescape(shown) for drawn in drawings.SHAPES.values())
    assert state.value in ui.APPEARANCE


def test_a_record_shows_the_state_it_is_in():
    class Application:
        state = "admitted"

        def get_state_display(self):
            return "Admise"

    part = {"meaning": "go", "shape": "arrow", "label": "Admise", "fill": True}
    # The badge of a list is drawn without its template, and looks the same.
    assert ui.state_badge(Application(), fill=True) == render_to_string("components/badge.html", part).strip()


def test_a_menu_is_the_one_that_django_draws():
    class Choice(forms.Form):
        zone = forms.ChoiceField(
            choices=[("", "Toutes"), ("l'<est>", "L’<est>"), ("Sud", [("1", "Un"), (2, "Deux")])],
            help_text="Une seule.",
            initial=2,
        )

    for form in (Choice(), Choice({"zone": "l'<est>"}), Choice({"zone": "rien"})):
        drawn = form["zone"].as_widget(attrs={"class": "select"})
        assertHTMLEqual(str(fields.control(form["zone"])), drawn)


def test_a_bare_value_without_a_word_is_refused():
    with pytest.raises(TypeError):
        ui.state_badge("admitted")


# -- dates and figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "helper, value, fr, en",
    [
        (figures.longdate, date(2027, 3, 28), f"28{NBSP}mars 2027", f"28{NBSP}March 2027"),
        (figures.longdate, date(2027, 6, 1), f"1er{NBSP}juin 2027", f"1{NBSP}June 2027"),
        (figures.daydate, date(2027, 6, 14), f"lundi 14{NBSP}juin 2027", f"Monday 14{NBSP}June 2027"),
        (figures.shortdate, date(2027, 8, 31), f"31{NBSP}août", f"31{NBSP}August"),
        (figures.monthdate, date(2028, 1, 1), "janvier 2028", "January 2028"),
        # 07:45 UTC is 9:45 in Paris in June.
        (figures.clocktime, datetime(2027, 6, 14, 7, 45, tzinfo=UTC), f"9{NBSP}h{NBSP}45", "09:45"),
        (figures.clocktime, datetime(2027, 6, 14, 18, 0, tzinfo=UTC), f"20{NBSP}h", "20:00"),
        # Near midnight the day is that of Paris.
        (figures.longdate, datetime(2027, 6, 14, 22, 30, tzinfo=UTC), f"15{NBSP}juin 2027", f"15{NBSP}June 2027"),
        (figures.lasting, 45, "45 minutes", "45 minutes"),
        (figures.lasting, 90, f"1{NBSP}h{NBSP}30", f"1{NBSP}h{NBSP}30"),
        (figures.lasting, 180, f"3{NBSP}h", f"3{NBSP}h"),
        (figures.megabytes, 4 * 1024**2, f"4{NBSP}Mo", "4 MB"),
        (ui.language_name, "it", "Italien", "Italian"),
        (ui.language_name, "zz", "zz", "zz"),
        (figures.number, 1823, f"1{THIN}823", "1,823"),
        (figures.number, 1823.5, f"1{THIN}823,5", "1,823.5"),
        (figures.number, -4, "−4", "−4"),
        (figures.number, 0, "0", "0"),
    ],
)
def test_dates_hours_and_figures_are_written_as_the_language_does(helper, value, fr, en):
    with translation.override("fr"):
        assert helper(value) == fr
    with translation.override("en"):
        assert helper(value) == en


@pytest.mark.parametrize(
    "helper",
    [
        figures.shortdate,
        figures.longdate,
        figures.daydate,
        figures.monthdate,
        figures.clocktime,
        figures.daytime,
        figures.number,
        figures.lasting,
    ],
)
def test_nothing_is_written_for_nothing(helper):
    assert helper(None) == ""


# -- fields -----------------------------------------------------------------------------------------------------------


def crispy(form: forms.BaseForm) -> str:
    return Template("{% load crispy_forms_filters %}{{ form|crispy }}").render(Context({"form": form}))


def test_each_error_stands_beside_its_field_and_the_field_points_at_it(french):
    markup = crispy(style.ExampleForm({"name": "Escoffray", "email": "manon.example.org"}))
    control = re.search(r'<input[^>]*name="email"[^>]*>', markup)[0]
    assert 'aria-invalid="true"' in control
    for target in re.search(r'aria-describedby="([^"]+)"', control)[1].split():
        assert f'id="{target}"' in markup
    assert 'value="manon.example.org"' in control


def test_a_group_carries_its_error_once_and_not_on_each_button(french):
    markup = crispy(style.ExampleForm({"name": "Escoffray"}))
    group = re.search(r'<fieldset[^>]*aria-describedby="id_level_error".*?</fieldset>', markup, re.DOTALL)[0]
    assert group.count("aria-invalid") == 0
    assert 'id="id_level_error"' in group


def test_only_optional_fields_are_marked(french):
    markup = crispy(style.ExampleForm())
    optional = [f for f in style.ExampleForm() if not f.field.required]
    assert markup.count("(facultatif)") == len(optional)


def test_every_line_of_the_error_summary_leads_to_something_that_takes_the_focus(french):
    form = style.ExampleForm({"name": "Escoffray"})
    page = crispy(form)
    problems = fields.form_problems(form)
    assert len(problems) == sum(len(messages) for messages in form.errors.values())
    for target, _label, _message in problems:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{target}"', page)


def test_an_error_of_the_whole_form_is_shown_and_linked(french):
    form = forms.Form({})
    form.add_error(None, "Les deux dates se contredisent.")
    assert fields.form_problems(form) == [("form-errors", "", "Les deux dates se contredisent.")]
    assert 'id="form-errors"' in crispy(form)


def test_a_form_without_errors_has_no_summary():
    assert "errsum" not in render_to_string("components/error_summary.html", {"form": style.ExampleForm()})


def test_a_field_in_two_parts_is_one_group_with_two_controls(french):
    class Born(forms.Form):
        when = forms.SplitDateTimeField(label="Quand")

    markup = crispy(Born())
    assert markup.count("<fieldset") == 1
    assert markup.count('class="input"') == 2


def test_what_was_typed_is_escaped():
    markup = crispy(style.ExampleForm({"name": "<script>", "email": "<b>"}))
    assert "<script>" not in markup and "&lt;script&gt;" in markup


# -- lists ------------------------------------------------------------------------------------------------------------


def test_turning_the_page_keeps_the_filters(french):
    request = RequestFactory().get("/", {"zone": "lyon", "page": "2"})
    page = Paginator(range(143), 20).page(2)
    markup = render_to_string("components/pager.html", {"page": page}, request=request)
    assert 'href="?zone=lyon&amp;page=3"' in markup
    assert "21 à 40 sur 143" in markup


def test_one_page_needs_no_pager():
    assert "<nav" not in render_to_string("components/pager.html", {"page": Paginator(range(3), 20).page(1)})


def test_a_component_that_posts_carries_the_token():
    request = RequestFactory().get("/")
    markup = render_to_string("components/undo.html", {"title": "Fait", "url": "/annuler/"}, request=request)
    assert re.search(r'name="csrfmiddlewaretoken" value="\w+"', markup)


# -- the style page ---------------------------------------------------------------------------------------------------


def test_the_style_page_shows_every_component_without_inline_style(client, language):
    page = client.get(f"/{language}/style/")
    assert page.status_code == 200
    assert not re.search(r"\sstyle=|<script|<style", page.content.decode())


# -- pages of the frame -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address, status", [("nulle-part/", 404), ("?q=%00", 400), ("connexion/", 200), ("connexion/code/", 200)]
)
def test_a_page_of_the_frame_is_whole_in_both_languages(client, db, language, address, status):
    page = client.get(f"/{language}/{address}")
    text = page.content.decode()
    assert page.status_code == status
    assert f'<html lang="{language}">' in text and "<h1" in text
    assert not re.search(r"\sstyle=|<script|<style|None", text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "500"])
def test_every_error_page_offers_a_way_on(name, language):
    text = render_to_string(f"{name}.html", request=RequestFactory().get(f"/{language}/"))
    assert re.search(r'<a class="btn btn--primary" href="/[^"]+"', text)


def test_a_wrong_log_in_says_so_in_the_title_and_in_the_summary(client, db, french):
    text = client.post("/fr/connexion/", {"login": "x", "password": ""}).content.decode()
    assert f"<title>Erreur{NBSP}: Se connecter" in text
    assert 'href="#id_login"' in text and 'href="#id_password"' in text
    assert 'value="x"' in text


def test_whoever_signs_in_finds_their_name_and_the_way_out(client, db, coordinator):
    client.force_login(coordinator)
    text = client.get("/fr/style/").content.decode()
    assert "Hélène Brossard" in text
    assert re.search(r'<form method="post" action="/fr/deconnexion/">', text)


def test_a_menu_that_always_has_something_chosen_is_not_called_optional():
    class Sheet(forms.Form):
        always = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
        perhaps = forms.ChoiceField(choices=[("", "–"), ("a", "A")], required=False)
        several = forms.MultipleChoiceField(choices=[("a", "A")], required=False)
        words = forms.CharField(required=False)
        needed = forms.CharField()

    assert {field.name for field in Sheet() if fields.is_optional(field)} == {"perhaps", "several", "words"}

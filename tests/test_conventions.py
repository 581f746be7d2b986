"""What the house promises of itself, so that nobody has to remember it."""

import ast
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.test import override_settings

from cohorts import states as cohorts_states
from partnership import states as partnership_states
from partnership.fields import LineField
from partnership.management.commands import messages
from placements import states as placements_states
from programmes import states as programmes_states

from . import every_form

ROOT = Path(settings.BASE_DIR)
APPS = ("partnership", "programmes", "cohorts", "placements")
TOP_LEVEL = {
    "manage.py",
    "config",
    *APPS,
    "templates",
    "static",
    "tests",
    "pyproject.toml",
    "docker-compose.yml",
    "README.md",
    "LICENSE",
    "Dockerfile",
    "dev.py",
    "requirements.lock",
    "requirements-dev.lock",
    "locale",
}
FLOWS = [
    (partnership_states.ConventionState, partnership_states.CONVENTION_FLOW),
    (partnership_states.AmendmentState, partnership_states.AMENDMENT_FLOW),
    (partnership_states.MessageState, partnership_states.MESSAGE_FLOW),
    (partnership_states.JobState, partnership_states.JOB_FLOW),
    (programmes_states.CurriculumState, programmes_states.CURRICULUM_FLOW),
    (programmes_states.ActivityState, programmes_states.ACTIVITY_FLOW),
    (programmes_states.RegistrationState, programmes_states.REGISTRATION_FLOW),
    (programmes_states.ContributionState, programmes_states.CONTRIBUTION_FLOW),
    (cohorts_states.ApplicationState, cohorts_states.APPLICATION_FLOW),
    (cohorts_states.SlotState, cohorts_states.SLOT_FLOW),
    (cohorts_states.BookingState, cohorts_states.BOOKING_FLOW),
    (cohorts_states.EnrolmentState, cohorts_states.ENROLMENT_FLOW),
    (cohorts_states.ImportState, cohorts_states.IMPORT_FLOW),
    (cohorts_states.PaperRequestState, cohorts_states.PAPER_REQUEST_FLOW),
    (placements_states.PlacementState, placements_states.PLACEMENT_FLOW),
    (placements_states.ContractState, placements_states.CONTRACT_FLOW),
    (placements_states.IntroductionState, placements_states.INTRODUCTION_FLOW),
]


def tracked(*patterns: str) -> list[Path]:
    names = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).exists()]


def code() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in (*APPS, "config")]


def test_imports_go_one_way_only():
    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_nothing_is_imported_inside_a_function_but_in_apps():
    found = []
    for path in code():
        if path.name == "apps.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [
                    f"{path.relative_to(ROOT)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert not found


def test_the_top_level_is_the_agreed_one():
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "common", "core", "helpers", "base", "misc"}
    assert not [path for path in code() if path.stem in drawers]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(("states", "flow"), FLOWS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_is_in_its_flow_and_every_move_leads_to_a_state(states, flow):
    assert set(flow) == set(states)
    assert {to for targets in flow.values() for to in targets} <= set(states)


def test_only_the_clock_reads_the_time():
    reading = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|datetime\.today\(|auto_now|time\.time\(")
    allowed = {
        ROOT / "partnership" / "clock.py",
        # The shift itself is the distance from the machine's time.
        ROOT / "placements" / "management" / "commands" / "demo.py",
    }
    assert not [path for path in code() if path not in allowed and reading.search(path.read_text())]


def test_every_deed_has_both_a_hand_and_a_date():
    alone = []
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        names = {field.name for field in model._meta.get_fields()}
        for name in names:
            if name.endswith("_by") and isinstance(model._meta.get_field(name), models.ForeignKey):
                # Not deeds: who holds an interview, who accompanies somebody, when an answer is expected.
                if name not in ("held_by", "recognised_by", "supported_by") and f"{name[:-3]}_at" not in names:
                    alone.append(f"{model.__name__}.{name}")
    assert not alone


def test_every_letter_has_its_template_in_both_languages_and_none_is_unused():
    written = set()
    for app in APPS:
        # One file, or a folder of them; how every letter of the folder begins is none itself.
        paths = [*(ROOT / app).glob("emails.py"), *(ROOT / app).glob("emails/*.py")]
        functions = {
            node.name: ast.unparse(node)
            for path in paths
            if path.name != "posting.py"
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }
        written |= {f"{app}/{name}" for name, body in functions.items() if "post(" in body}
    kept = {
        language: {
            str(path.relative_to(ROOT / "templates" / "emails"))[: -len(f".{language}.txt")]
            for path in (ROOT / "templates" / "emails").rglob(f"*.{language}.txt")
        }
        for language in ("fr", "en")
    }
    assert kept["fr"] == kept["en"] == written


def test_no_string_is_untranslated_and_none_is_left_over():
    kept = messages.catalogue()
    have = {
        (message.id, message.context)
        for message in kept
        if message.id and not message.fuzzy and all(messages.forms(message.string))
    }
    wanted = {(message.id, message.context) for message in messages.extracted() if message.id}
    assert wanted - have == set()
    assert have - wanted == set()


def test_french_keeps_its_typography():
    wrong = []
    for message in messages.catalogue():
        for text in messages.forms(message.string) if message.id else ():
            if re.search(r"[^\W\d] [:;?!»]|« |'(?=[a-zéè])", re.sub(r"%\(\w+\)[sd]|https?://\S+", "x", text)):
                wrong.append(text)
    assert not wrong


def test_no_lock_names_a_host_and_every_package_is_pinned_by_its_hash():
    for path in tracked("requirements*.lock"):
        text = path.read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if "==" in line]
        assert pinned and text.count("--hash=") >= len(pinned)


def test_no_file_names_a_place_of_one_machine():
    machine = re.compile(r"/(?:work|root|farm)/|/home/\w+/")
    found = [path for path in tracked() if path.suffix in {".py", ".html", ".css", ".toml", ".yml", ".md", ".txt"}]
    assert not [path for path in found if path != Path(__file__) and machine.search(path.read_text())]


def test_no_style_or_script_is_written_in_a_page():
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*src=)|\son[a-z]+=\"")
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts]
    assert not [path for path in pages if inline.search(path.read_text())]


@override_settings(DEBUG=False)
def test_the_models_and_settings_check():
    output = io.StringIO()
    call_command("check", stdout=output, stderr=output, fail_level="WARNING")


# -- what is typed ----------------------------------------------------------------------------------------------------


def is_cleaned(field: forms.Field) -> bool:
    """Whether a field cleans the text typed in it, or takes no free text."""
    if not isinstance(field, forms.CharField) or isinstance(field, LineField):
        return True
    # Taken to the letter, or held to a pattern narrower than the cleaning.
    is_secret = isinstance(field.widget, forms.PasswordInput)
    return is_secret or isinstance(field, forms.UUIDField | forms.SlugField)


@pytest.mark.django_db
def test_every_text_of_every_form_is_cleaned_by_the_one_field(administrator):
    found = every_form.fields(administrator)
    assert {"cohorts.forms.apply.IdentityForm", "admin: partnership.Party"} <= set(found)
    plain = [
        f"{form}: {name}" for form, asked in found.items() for name, field in asked.items() if not is_cleaned(field)
    ]
    assert not plain


@pytest.mark.django_db
def test_every_text_of_every_form_has_an_end(administrator):
    endless = [
        f"{form}: {name}"
        for form, asked in every_form.fields(administrator).items()
        for name, field in asked.items()
        if isinstance(field, LineField) and field.max_length is None
    ]
    assert not endless


# -- the mistakes a machine sees --------------------------------------------------------------------------------------


def test_ruff_finds_nothing():
    """Style, and the rules of security (S) and of Django (DJ)."""
    ruff = Path(sys.executable).parent / "ruff"
    for what in (["check"], ["format", "--check"]):
        result = subprocess.run([ruff, *what, "."], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout


def test_bandit_finds_nothing_that_is_not_justified_beside_the_code():
    """Ruff's S rules bear bandit's numbers, so that one `noqa` says why to both; `nosec` to bandit alone."""
    bandit = Path(sys.executable).parent / "bandit"
    command = [bandit, "-c", "pyproject.toml", "-q", "-f", "json", "-r", *APPS, "config", "dev.py", "manage.py"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(result.stdout)
    assert not report["errors"] and report["metrics"]["_totals"]["loc"] > 1_000
    found = []
    for problem in report["results"]:
        rule = problem["test_id"].replace("B703", "B308").replace("B", "S")
        lines = (ROOT / problem["filename"]).read_text().splitlines()
        first, last = problem["line_range"][0], problem["line_range"][-1]
        if not any(re.search(rf"# noqa: .*{rule}", line) for line in lines[first - 1 : last]):
            found.append(f"{problem['filename']}:{first} {problem['test_id']} {problem['issue_text']}")
    assert not found

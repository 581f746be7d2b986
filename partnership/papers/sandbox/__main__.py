"""The program that opens what strangers send, run apart from Tandem: `python -I -B sandbox pdf|photos ORDER`.

It is given open files and an empty environment. Before it looks into the first of them it gives up whatever could do
harm: it opens no file and no socket, starts no process, and has so much memory, so many seconds and so many bytes to
write. It answers by a word and a number; that it was killed is an answer too.
"""

import errno
import importlib
import json
import os
import resource
import signal
import sys
from typing import Any

from refused import Refused


def confine(order: dict[str, Any]) -> None:
    """Bound what this process may use; what it has given up it cannot take back."""
    bounds = {
        "RLIMIT_CORE": 0,  # nobody's paper is left lying about
        "RLIMIT_CPU": order["seconds"],
        "RLIMIT_FSIZE": order["bytes"],
    }
    if all(kind != "HEIF" for kind, _descriptor in order["inputs"]):  # whose decoder works in a thread of its own
        bounds["RLIMIT_NPROC"] = 0
    if sys.platform == "linux":  # elsewhere the kernel refuses it
        bounds["RLIMIT_AS"] = order["memory"]
    for name, most in bounds.items():
        resource.setrlimit(getattr(resource, name), (most, most))
    # Past the hour on the wall as well: what waits uses no processor.
    signal.alarm(2 * order["seconds"])


def shut() -> None:
    """From now on open nothing: the libraries are loaded, the files were given open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def read(descriptor: int) -> bytes:
    """The whole of a file that we were given."""
    pieces, start = [], 0
    while piece := os.pread(descriptor, 1 << 20, start):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


def write(descriptor: int, data: bytes) -> None:
    """Write the whole of it, or fail."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def work(kind: str, order: dict[str, Any]) -> str:
    """Make the paper; how many pages it has, or why there is none."""
    maker = importlib.import_module(kind)
    shut()
    try:
        paper, pages = maker.make(order, read)
        write(order["output"], paper)
    except Refused as refused:
        return f"{refused.why} {refused.which}"
    except MemoryError:
        return "heavy 0"
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            return "room 0"
        return "heavy 0" if problem.errno == errno.EFBIG else "broken 0"
    except Exception:  # whatever a library makes of what nobody can read
        return "broken 0"
    return f"fine {pages}"


def main() -> None:
    """Do what the command line orders."""
    kind, order = sys.argv[1], json.loads(sys.argv[2])
    confine(order)
    write(sys.stdout.fileno(), work(kind, order).encode())


if __name__ == "__main__":
    main()

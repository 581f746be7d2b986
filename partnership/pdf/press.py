"""The program that sets a PDF, run apart from Tandem: `python -I -B press.py`.

What people wrote decides how long setting takes and how much memory: here both have an end, and what the library keeps
of one document goes with the process. It reads its order on the standard input and writes the PDF to the output; that
it was killed is an answer too.
"""

import json
import resource
import signal
import sys
from typing import Any

import typst

# How it ends: with words on the error output, for us to repair; or for want of the memory it may have.
FAULT, NO_MEMORY = 1, 3


def confine(*, seconds: int, memory: int) -> None:
    """Bound what this process may use."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":  # elsewhere the kernel refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # Past the hour on the wall as well.
    signal.alarm(2 * seconds)


def main() -> int:
    order: dict[str, Any] = json.load(sys.stdin)
    confine(seconds=order.pop("seconds"), memory=order.pop("memory"))
    try:
        sys.stdout.buffer.write(typst.compile(**order))
    except typst.TypstError as fault:
        sys.stderr.write(f"{fault.message}\n{fault.diagnostic}")
        return FAULT
    except MemoryError:
        return NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())

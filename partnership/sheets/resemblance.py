"""Says, in a process of its own, which of the encodings of older machines a text looks like; nothing for none."""

import sys

from charset_normalizer import from_bytes

ENCODINGS = ["cp1252", "mac_roman", "cp850", "iso8859_15", "cp1250", "cp1254"]


def main() -> None:
    """Read the text, write the name."""
    best = from_bytes(sys.stdin.buffer.read(), cp_isolation=ENCODINGS).best()
    sys.stdout.write(best.encoding if best is not None else "")


if __name__ == "__main__":
    main()

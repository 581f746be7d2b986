"""The two runs of the tests: the quick one, and the long one of `--full`, which says so in FULL (config/runner.py)."""

import os

# The quick tests have a run of their own, unless a path is named.
LONG_ONES, EVERYTHING = "long ones", "everything"
RUN = os.environ.get("FULL", "")
IS_LONG = bool(RUN)

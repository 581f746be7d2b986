"""Each process of a run on several cores has servers of its own; read before the settings are (`-p tests.servers`)."""

import json
import os

_own = os.environ.get("PYTEST_XDIST_WORKER", "")
if _own:
    _places = json.loads(os.environ["SERVERS"])
    os.environ.update(_places[int(_own.removeprefix("gw"))])

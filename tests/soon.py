"""The app as the tests of the proxy serve it: it compiles what the first page needs, and is ready once it is told.

It is told by a file, named by READY_FILE, that comes to be. Everything else is compiled when somebody asks for it.
"""

import os
import time
from pathlib import Path

import app as served

load = served.load


def told() -> None:
    """Return once the file is there."""
    while not Path(os.environ["READY_FILE"]).exists():
        time.sleep(0.05)


served.load = lambda: [load()[0], told]
served.PAUSE = 0.1
app = served.app

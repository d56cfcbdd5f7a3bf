"""Log lines: words for a terminal, or with DESCENT_LOG=json one object a line for what collects them.

A line holds no address, no query and no name: what a reader asks stays theirs. The id of a request is in its line and
in the header of an answer that refuses, so that a reader's report can be found.
"""

import json
import logging
import os
import time
from collections import Counter
from contextvars import ContextVar

REQUEST = ContextVar("REQUEST", default="")  # the id of the request that this thread or task works for
MOST = 10  # lines of one kind in a minute: broken messages must not fill a disk
THEIRS = ("streamlit", "uvicorn", "websockets", "asyncio")  # loggers of libraries, with handlers of their own


class Sparing(logging.Filter):
    """Drops lines beyond MOST of one kind in a minute, and says so once."""

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._seen: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._seen = minute, Counter()
        kind = (record.name, str(record.msg))
        self._seen[kind] += 1
        if self._seen[kind] == MOST:
            record.msg = f"{record.msg} (further lines like this one are left out for a minute)"
        if record.levelno <= logging.WARNING and record.exc_info and record.exc_info[1]:
            # A message that a client broke: where our code noticed it does not matter.
            record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]}", ()
            record.exc_info = record.exc_text = None
        return self._seen[kind] <= MOST


class Json(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and where there are any request and traceback."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST.get():
            line["request"] = request
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up() -> None:
    """One way of writing for all loggers, those of libraries included. Called once all of them are imported."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # not a line for every request of a dragged slider
    handler.addFilter(Sparing())
    structured = os.environ.get("DESCENT_LOG") == "json"
    handler.setFormatter(Json() if structured else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.root.handlers = [handler]
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in THEIRS:
            logger.handlers, logger.propagate = [], True

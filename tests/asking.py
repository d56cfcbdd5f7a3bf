"""What a server answers, without a browser."""

import urllib.request
from http.client import HTTPMessage


def get(server: str, path: str, **headers: str) -> tuple[HTTPMessage, bytes]:
    """The headers and the body of an answer, as they were sent. Raises urllib.error.HTTPError."""
    with urllib.request.urlopen(urllib.request.Request(server + path, headers=headers)) as answer:
        return answer.headers, answer.read()

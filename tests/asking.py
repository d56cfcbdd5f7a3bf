"""What a server answers, without a browser."""

import urllib.request
from http.client import HTTPMessage

from prometheus_client.parser import text_string_to_metric_families


def get(server: str, path: str, **headers: str) -> tuple[HTTPMessage, bytes]:
    """The headers and the body of an answer, as they were sent. Raises urllib.error.HTTPError."""
    with urllib.request.urlopen(urllib.request.Request(server + path, headers=headers)) as answer:
        return answer.headers, answer.read()


def metrics(server: str) -> dict[tuple[str, ...], float]:
    """The samples of /metrics: values by name and labels."""
    text = get(server, "/metrics")[1].decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

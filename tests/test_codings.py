"""Which encoding a client accepts, by RFC 9110, 12.5.3."""

import pytest

from ui.codings import best


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("BR", "br"),
        ("br;q=0", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("br; Q=0.000 ,gzip ;q=0.001", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=1.0, gzip;q=1", "br"),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("gzip, *;q=0", "gzip"),
        ("identity;q=0.9, br;q=0.5", "identity"),
        ("identity;q=0, gzip;q=0.2", "gzip"),
        ("embrace, gzipped", "identity"),
        ("br;q=nan, gzip;q=2, br;level=1", "identity"),
        ("é, br;;q=1, ,", "identity"),
    ],
)
def test_the_encoding_that_a_client_likes_best(accepted, expected):
    assert best(accepted) == expected

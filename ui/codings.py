"""Which encoding a client accepts."""

import re

CODINGS = ("br", "gzip")  # the better one first
# A word of Accept-Encoding and its weight, from 0 to 1 with at most three digits: RFC 9110, 12.4.2 and 12.5.3.
WORD = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII | re.IGNORECASE)


def best(accepted: str) -> str:
    """The one of CODINGS that a client likes best, by its Accept-Encoding; identity if it likes none as much."""
    words = filter(None, map(WORD.fullmatch, accepted.split(",")))
    weights = {word[1].lower(): float(word[2] or 1) for word in words}
    others = weights.get("*", 0.0)
    first = max(CODINGS, key=lambda coding: weights.get(coding, others))
    weight = weights.get(first, others)
    return first if weight and weight >= weights.get("identity", 0.0) else "identity"

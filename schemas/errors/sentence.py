"""The pair of sentences behind every code."""

from typing import NamedTuple


class Sentence(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

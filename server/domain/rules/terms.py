"""The text a customer signed against the version now in force: the signature stays bound, differing clauses are named. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Text = Mapping[str, Any]


def version_order(version: str) -> list[tuple[int, int, str]]:
    """Versions in the order a person counts: 9 before 10."""
    parts = re.findall(r"\d+|\D+", version)
    return [(0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts]


def in_force(texts: Iterable[Text], use: str) -> Text | None:
    """The newest version for this use: what the app shows, too (`session.svelte.ts`)."""
    found = [text for text in texts if text["use"] == use]
    return max(found, key=lambda text: (version_order(text["version"]), text["id"]), default=None)


def clauses(text: str) -> list[str]:
    """A text's clauses: its lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def clauses_that_differ(signed: Text, present: Text) -> list[str]:
    """`clause.1`, `clause.3` … in either language, counted from 1."""
    pairs = [(clauses(signed[lang]), clauses(present[lang])) for lang in ("zh", "en")]
    most = max(len(part) for pair in pairs for part in pair)
    return [f"clause.{n + 1}" for n in range(most) if any(old[n : n + 1] != new[n : n + 1] for old, new in pairs)]

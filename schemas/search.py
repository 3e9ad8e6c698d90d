"""What the server's search answers: records past a replica (archives), by words, a page at a time."""

from typing import Any, Literal

from schemas.protocol import Wire

SearchKind = Literal["asset"]
"""Kinds whose class names what is `searched`."""


class SearchPage(Wire):
    """GET /api/v1/search?kind=…&q=…&archived=…&after=…: whole records, by title and id. `next`: the id to
    ask behind, if more follow."""

    records: list[dict[str, Any]]
    next: str | None = None

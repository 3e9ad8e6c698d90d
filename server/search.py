"""Records found by words on the server: what lies past a replica, above all what is archived. Reading only.

Neighbours: `server/http/search.py` asks, `server/storage/lookup_part.py` looks. Invariants: only records of depots that the
caller's buckets name · a page is bounded · the words of a question are never logged.
"""

from collections.abc import Collection

from schemas import limits
from schemas.records import RECORDS, Placement
from schemas.search import SearchPage
from server.storage.store import SqlStore


def page(
    store: SqlStore, organisation: str, kind: str, asked: str, *, archived: bool, buckets: Collection[str], after: str | None
) -> SearchPage:
    """The records that have every word, behind one of them in the order of titles."""
    place = ("", "") if after is None else store.place_of(organisation, kind, after)
    if place is None:
        return SearchPage(records=[])
    depots = [name.split(":")[1].split("/")[0] for name in buckets if name.startswith("depot:") and name.endswith("/office")]
    everywhere = RECORDS[kind].placement is Placement.ORGANISATION
    most = limits.SEARCH_PAGE_RECORDS_MAX
    found = store.search(
        organisation, kind, words_in(asked), archived=archived, depots=None if everywhere else depots, after=place, limit=most + 1
    )
    ids = [record_id for _, record_id in found[:most]]
    store.expect_records(organisation, [(kind, one) for one in ids])
    records = [stored.data for one in ids if (stored := store.record(organisation, kind, one)) is not None]
    return SearchPage(records=records, next=ids[-1] if len(found) > most else None)


def words_in(asked: str) -> list[str]:
    """The words of a question; past the bound, the rest is one."""
    words = asked.split()
    most = limits.SEARCH_WORDS_MAX
    return words if len(words) <= most else [*words[: most - 1], " ".join(words[most - 1 :])]

"""What stands in a label's QR code: an address a phone's camera opens, and our scanner reads as the tag. Pure.

Neighbours: `sheet.py` draws it, `server/http/faults.py` serves it, the app's `qr.ts` reads it. Invariant: the tag stands whole in
the address, so that a label says the same without this server.
"""

from urllib.parse import quote

from server.auth.codes import organisation_hint


def address_of(public_url: str, tag: str, organisation: str, *, alone: bool) -> str:
    """The address of a tag's page. `alone`: this is the only organisation here; otherwise its hint stands beside the tag, since
    two companies may both have a tag HV-0001."""
    address = f"{public_url.rstrip('/')}/t/{quote(tag, safe='')}"
    return address if alone else f"{address}?o={organisation_hint(organisation)}"

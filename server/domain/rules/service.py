"""When an asset's next service is due: by date, by distance, by hours of work, whichever comes first. Pure.

Neighbours: `server/jobs/planning.py` plans it, `tasks.py` moves it on when it is done, `gate.py` judges by it. Invariants: the
asset's own interval goes before its pack's · what a meter shows never falls · a service counts from where it was done.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.limits import READING_MAX
from sync import instants

Record = Mapping[str, Any]
METERS: Final = (("odometer", "service_km", "service_due_km"), ("hours", "service_hours", "service_due_hours"))
"""Meter, the field of its interval, the field of the reading at which the next service is due."""
AHEAD: Final = {"odometer": "service_ahead_km", "hours": "service_ahead_hours"}
"""Meter → the organisation's figure: how long before it the service is planned."""


class Near(NamedTuple):
    """A meter that has come near its due reading."""

    meter: str
    value: int
    due: int


def shown(asset: Record, meter: str) -> int | None:
    """What is known of a meter; None when nobody has read it."""
    reading = ((asset.get("readings") or {}).get(meter) or {}).get("value")
    if meter == "odometer":
        return max(int(asset.get("odometer_km") or 0), reading or 0)
    return reading


def near(asset: Record, ahead: Mapping[str, int]) -> Near | None:
    """The meter that asks for the service now, with the reading that does; `ahead`: meter → how long before. Of two the one
    that is further past its due reading."""
    found = []
    for meter, _, due in METERS:
        value, at = shown(asset, meter), asset.get(due)
        if value is not None and at is not None and value + ahead[meter] >= at:
            found.append(Near(meter, value, at))
    return max(found, key=lambda one: one.value - one.due, default=None)


def settled(asset: Record, pack: Record, ahead: Mapping[str, int], until_ms: int) -> dict[str, None]:
    """The dues a service done now has answered and no interval follows: those a service would be planned for. `until_ms`:
    until when a date is as near as that."""
    gone = [due for meter, every, due in METERS
            if not (asset.get(every) or pack.get(every)) and asset.get(due) is not None
            and (value := shown(asset, meter)) is not None and value + ahead[meter] >= asset[due]]  # fmt: skip
    date = asset.get("service_due_at")
    if date is not None and not (asset.get("service_months") or pack.get("service_months")) and instants.to_ms(date) <= until_ms:
        gone.append("service_due_at")
    return dict.fromkeys(gone)


def next_readings(asset: Record, pack: Record, readings: Mapping[str, int]) -> dict[str, int | None]:
    """The due readings after a service that was done now; `readings`: what the meters showed then, else what is known. None: no
    meter goes that far."""
    dues: dict[str, int | None] = {}
    for meter, every, due in METERS:
        interval, value = asset.get(every) or pack.get(every), readings.get(meter, shown(asset, meter))
        if interval and value is not None:
            dues[due] = value + interval if value + interval <= READING_MAX else None
    return dues


def first_readings(asset: Record, pack: Record) -> dict[str, int]:
    """The due readings of an asset that has none yet and an interval, from what its meters show now."""
    return {due: at for due, at in next_readings(asset, pack, {}).items() if at is not None and asset.get(due) is None}

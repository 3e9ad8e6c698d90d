"""Handovers made offline, to be pushed later and in any order: what the rules for two people in the field are tried with.

Neighbours: `stage.py` (company, devices, entries), `tests/unit/test_rules.py`, `tests/vectors/conflicts.py`.
"""

from typing import Any

from schemas.actions import basedata as define
from schemas.records.assets import Meter
from sync.device import Recorded
from tests.support.stage import MINUTE_MS, CheckIn, Phone, Stage


def out(stage: Stage, asset: str | None = None, rental: str | None = None) -> CheckIn:
    """The van leaves, and everybody knows."""
    made = CheckIn(stage.phone(), asset=asset, type_="check_out", rental=rental).whole()
    made.phone.push()
    stage.now += MINUTE_MS
    return made


def captured(stage: Stage, phone: Phone, *, value: int = 12_000, acceptance: str = "intact", type_: str = "check_in",
             rental: str | None = None, damage: str | None = None, **start: Any) -> CheckIn:  # fmt: skip
    """A whole handover on a device, one minute after the last, not pushed yet."""
    stage.now += MINUTE_MS
    made = CheckIn(phone, type_=type_, rental=rental)
    made.start(**start)
    made.photo("front")
    made.photo("rear")
    made.reading(value)
    if damage is not None:
        made.damage(severity=damage)
    made.sign("customer")
    made.sign("staff")
    made.complete(acceptance)
    return made


def last(handover: CheckIn) -> Recorded:
    return handover.entries[-1]


def rising(stage: Stage, **more: Any) -> None:
    """The pack's odometer only goes up; further meters as given (name → least to leave with)."""
    pack = stage.all("pack")[0]
    meters = [Meter(id="odometer", zh="里程", en="Odometer", unit="km", max=999_999, monotonic=True)]
    meters += [Meter(id=name, zh=name, en=name, unit="%", max=100, min_out=least) for name, least in more.items()]
    names = ("id", "code", "zh", "en", "diagram", "slots", "accessories", "damage_types")
    stage.do(define.PackDefine.model_validate({**{name: pack[name] for name in names}, "meters": meters}))

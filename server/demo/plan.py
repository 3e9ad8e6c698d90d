"""The demo company's rentals, today's tasks and the handovers of its past. Pure: everything hangs on `now_ms`.

Neighbours: `company.py` names things, `days.py` what else the office wrote, `seed.py` writes them. A past is a
list of `PastHandover`, oldest first: each was captured on one of two tablets and goes through the engine like any other.
"""

import random
from dataclasses import dataclass, field
from typing import Final, Literal

from schemas.actions.basedata import AssetDefine, CustomerDefine, RentalDefine, TaskDefine
from schemas.records.rentals import RentalState
from server.demo import company
from server.demo.company import BINJIANG, STAFF, XIASHA, demo_id
from server.demo.drawing import part
from server.domain.planning import task_id
from sync import instants

DAY_MS: Final = 24 * 3600 * 1000
HOUR_MS: Final = 3600 * 1000
CHINA_MS: Final = 8 * HOUR_MS
ZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True)
class PlannedDamage:
    """A damage found in the past: where on the diagram, what, how bad."""

    view: str
    part: str
    x: int
    y: int
    type: str
    severity: Literal["minor_damage", "severe_damage"]
    size_mm: int
    seed: int


@dataclass(frozen=True)
class PastHandover:
    """One handover of the past. `known` damages show on its photos, `found` are recorded by it."""

    key: str
    type: Literal["check_out", "check_in"]
    asset: AssetDefine
    rental: RentalDefine
    at_ms: int
    odometer_km: int
    battery: int
    decision: Literal["agree", "reservation", "keys_dropped"] = "agree"
    known: tuple[PlannedDamage, ...] = ()
    found: tuple[PlannedDamage, ...] = ()
    baseline: str | None = None

    @property
    def id(self) -> str:
        """The handover's id."""
        return demo_id("handover", self.key)


@dataclass
class Plan:
    """Everything that is to be written after the base data."""

    today_ms: int = 0
    rentals: list[RentalDefine] = field(default_factory=list)
    tasks: list[TaskDefine] = field(default_factory=list)
    past: list[PastHandover] = field(default_factory=list)


# Where a damage of the right kind looks true: (view, part, type, severity, size in mm). It is pinned on the part's middle.
_DAMAGES: Final = (
    ("right", "sliding_door_right", "scratch", "minor_damage", 180),
    ("left", "side_panel_mid_left", "dent", "minor_damage", 120),
    ("rear", "bumper_rear", "scratch", "minor_damage", 90),
    ("front", "headlamp_left", "crack", "minor_damage", 70),
    ("left", "side_panel_rear_left", "scratch", "minor_damage", 260),
    ("right", "side_panel_rear_right", "dent", "severe_damage", 340),
    ("front", "bumper_front", "crack", "severe_damage", 110),
)
_MINOR: Final = sum(damage[3] == "minor_damage" for damage in _DAMAGES)
"""They come first. What is severe keeps a van at home: nothing leaves with it."""


_PRICES: Final = dict(zip(("vehicle", "camera_kit", "machine", "car", "truck"), company.price_plans(), strict=True))
"""What an asset of a pack is let at, in the order the company names its plans."""


def make_plan(now_ms: int) -> Plan:
    """Rentals in every state, today's tasks and three weeks of handovers."""
    rng = random.Random(47)
    planner = _Planner(now_ms, rng, company.assets(), company.customers())
    planner.run()
    planner.plan.past.sort(key=lambda past: past.at_ms)
    return planner.plan


class _Planner:
    def __init__(self, now_ms: int, rng: random.Random, assets: list[AssetDefine], customers: list[CustomerDefine]) -> None:
        self.now_ms = now_ms
        self.rng = rng
        self.plan = Plan()
        self.vans = {depot: [a for a in assets if a.pack == "vehicle" and a.depot_id == depot] for depot in (XIASHA, BINJIANG)}
        self.kits = [a for a in assets if a.pack == "camera_kit"]
        self.machines = [a for a in assets if a.pack == "machine"]
        self.others = [next(a for a in assets if a.pack == pack) for pack in ("car", "truck")]
        self.customers = {depot: [c for c in customers if c.depot_id == depot and not c.blocked] for depot in (XIASHA, BINJIANG)}
        midnight = (now_ms + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS
        self.today = midnight
        self.plan.today_ms = midnight
        self.numbers = 0

    def run(self) -> None:
        """Out vans of both depots, deliveries of today, closed and future rentals, kits and machines."""
        for depot, counts in ((XIASHA, (2, 4, 2, 8)), (BINJIANG, (1, 2, 2, 4))):
            overdue, today, soon, later = counts
            for number in range(overdue):
                self._out(depot, due=self.today - (number + 1) * DAY_MS + 9 * HOUR_MS, damaged=number == 0)
            for number in range(today):
                self._out(depot, due=self.today + (9 + 2 * number) * HOUR_MS + 40 * 60_000, damaged=number % 2 == 0)
            for number in range(soon):
                self._out(depot, due=self.today + 2 * DAY_MS + (10 + number) * HOUR_MS, damaged=False)
            for number in range(later):
                self._out(depot, due=self.today + (5 + 3 * number) * DAY_MS + 11 * HOUR_MS, damaged=number == 1)
            for number in range(3):
                self._deliver(depot, self.today + (10 + 2 * number) * HOUR_MS + 15 * 60_000)
        for number in range(6):
            self._closed(XIASHA if number % 2 else BINJIANG, number)
        self._draft(self.kits[0], BINJIANG)
        self._draft(self.machines[0], XIASHA)
        self._inspection(self.vans[XIASHA].pop(), XIASHA)
        # Last, so that what the vans do stays as it was: one thing of every kind leaves this afternoon.
        for number, asset in enumerate((*self.others, self.machines[1], self.kits[-1])):
            self._send(asset, asset.depot_id, self.today + 16 * HOUR_MS + number * 20 * 60_000)

    def _morning(self, at_ms: int) -> int:
        """Some minute between nine and eleven, by the depot's clock, of the day that holds `at_ms`."""
        midnight = (at_ms + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS
        return midnight + 9 * HOUR_MS + self.rng.randrange(120) * 60_000

    def _rental(self, asset: AssetDefine, depot: str, starts: int, due: int, state: RentalState) -> RentalDefine:
        self.numbers += 1
        price = _PRICES[asset.pack]
        rental = RentalDefine(
            id=demo_id("rental", str(self.numbers)),
            number=f"HZ-26-{self.numbers:04d}",
            customer_id=self.rng.choice(self.customers[depot]).id,
            depot_id=depot,
            asset_ids=[asset.id],
            starts_at=instants.to_text(starts),
            due_at=instants.to_text(due),
            zone=ZONE,
            state=state,
            km_included=self.rng.choice([1500, 2000, 3000]),
            price_plan_id=price.id,
            deposit_fen=price.deposit_fen,
            insurance_required=price.insurance_required,
        )
        self.plan.rentals.append(rental)
        return rental

    def _task(self, type_: Literal["deliver", "collect", "inspect"], asset: AssetDefine, due: int, rental: RentalDefine | None,
              depot: str, assignee: str | None) -> None:  # fmt: skip
        self.plan.tasks.append(
            TaskDefine(
                id=task_id(type_, rental.id, asset.id) if rental else demo_id("task", type_, asset.id, str(due - self.today)),
                type=type_,
                depot_id=depot,
                asset_id=asset.id,
                rental_id=rental.id if rental else None,
                customer_id=rental.customer_id if rental else None,
                due_at=instants.to_text(due),
                zone=ZONE,
                bay=asset.bay,
                assignee_id=assignee,
            )
        )

    def _field_person(self, depot: str, role: str) -> str:
        """Work goes round, so that everybody's day has something of everything."""
        people = [staff.id for staff in STAFF if role in staff.roles and depot in staff.depots]
        return people[len(self.plan.tasks) // 2 % len(people)]

    def _damage(self, seed: int) -> PlannedDamage:
        view, name, type_, severity, size = _DAMAGES[seed % len(_DAMAGES)]
        x, y = part(view, name).centre
        minor: Literal["minor_damage", "severe_damage"] = "minor_damage" if severity == "minor_damage" else "severe_damage"
        return PlannedDamage(view, name, x, y, type_, minor, size, seed)

    def _out(self, depot: str, due: int, *, damaged: bool) -> None:
        """A van out with a customer; when `damaged`, it came back damaged from the rental before."""
        van = self.vans[depot].pop(0)
        started = self._morning(min(due - 18 * DAY_MS, self.today - self.rng.randrange(3, 12) * DAY_MS))
        known: tuple[PlannedDamage, ...] = ()
        km = van.odometer_km
        if damaged:
            known, km = self._past_rental(van, depot, started - DAY_MS, self._damage(self.numbers % _MINOR))
        rental = self._rental(van, depot, started, due, "approved")
        out = PastHandover(f"out-{rental.number}", "check_out", van, rental, started, km, 96, known=known)
        self.plan.past.append(out)
        if due < self.today + 4 * DAY_MS:
            self._task("collect", van, due, rental, depot, self._field_person(depot, "technician"))

    def _past_rental(
        self, van: AssetDefine, depot: str, ended: int, damage: PlannedDamage
    ) -> tuple[tuple[PlannedDamage, ...], int]:
        """A finished rental that ended with a damage; returns what the van carries forward and its odometer."""
        started = self._morning(ended - self.rng.randrange(9, 20) * DAY_MS)
        rental = self._rental(van, depot, started, ended, "approved")
        km = van.odometer_km + self.rng.randrange(400, 1900)
        out = PastHandover(f"out-{rental.number}", "check_out", van, rental, started, van.odometer_km, 98)
        decision: Literal["agree", "reservation", "keys_dropped"] = self.rng.choice(["agree", "agree", "reservation"])
        back = PastHandover(
            f"in-{rental.number}",
            "check_in",
            van,
            rental,
            ended + 6 * HOUR_MS,
            km,
            41,
            decision,
            found=(damage,),
            baseline=out.id,
        )
        self.plan.past += [out, back]
        return (damage,), km

    def _closed(self, depot: str, number: int) -> None:
        """A van that went and came back: intact, keys dropped once, severely damaged once."""
        van = self.vans[depot].pop(0)
        recent = number < 2  # came back within the last hours, whatever time of day it is
        back_at = (
            self.now_ms - (2 * number + 1) * HOUR_MS if recent else self._morning(self.today - number * DAY_MS) + 3 * HOUR_MS
        )
        started = self._morning(back_at - 8 * DAY_MS)
        rental = self._rental(van, depot, started, back_at, "approved")
        out = PastHandover(f"out-{rental.number}", "check_out", van, rental, started, van.odometer_km, 97)
        km = van.odometer_km + self.rng.randrange(300, 1200)
        back = PastHandover(
            f"in-{rental.number}", "check_in", van, rental, back_at, km, 55,
            "keys_dropped" if number == 2 else "agree", baseline=out.id,
            found=(self._damage(_MINOR),) if number == 3 else (),
        )  # fmt: skip
        self.plan.past += [out, back]

    def _deliver(self, depot: str, due: int) -> None:
        self._send(self.vans[depot].pop(0), depot, due)

    def _send(self, asset: AssetDefine, depot: str, due: int) -> None:
        rental = self._rental(asset, depot, due, due + 30 * DAY_MS, "approved")
        self._task("deliver", asset, due, rental, depot, self._field_person(depot, "driver"))

    def _draft(self, asset: AssetDefine, depot: str) -> None:
        self._rental(asset, depot, self.today + 3 * DAY_MS, self.today + 10 * DAY_MS, "draft")

    def _inspection(self, asset: AssetDefine, depot: str) -> None:
        self._task("inspect", asset, self.today + 15 * HOUR_MS, None, depot, self._field_person(depot, "technician"))

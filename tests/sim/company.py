"""The company every simulation founds: two depots, people, packs, assets, customers, rentals, texts — all from one seed.

Neighbours: `host.py` writes it into a real installation, `server.py` into a simulated one. Pure: the same seed gives the
same actions, byte for byte.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.actions import Action
from schemas.actions import basedata as define
from schemas.people import Role
from server.packs import shipped_packs
from sync.journal import derived_id

START_MS = 1_800_000_000_000
DUE_AT = "2027-03-01T10:00:00.000Z"


@dataclass(frozen=True)
class Company:
    """Ids of one simulated organisation. `assets[depot]` are camera kits: three slots and one meter make a handover."""

    seed: str
    organisation: str = ""
    assets_per_depot: int = 4
    depots: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        if not self.organisation:
            object.__setattr__(self, "organisation", self.id("organisation"))
        object.__setattr__(self, "depots", (self.id("depot", 0), self.id("depot", 1)))

    def id(self, *names: object) -> str:
        """A UUID derived from the seed and these names."""
        return derived_id("sim", self.seed, *(str(name) for name in names))

    def person(self, role: Role, depot: int = 0) -> str:
        """Somebody with this role at this depot."""
        return self.id("person", role, depot)

    def asset(self, depot: int, number: int) -> str:
        """An asset at home in this depot."""
        return self.id("asset", depot, number)

    def customer(self, depot: int) -> str:
        """The depot's customer."""
        return self.id("customer", depot)

    def rental(self, depot: int, number: int) -> str:
        """The rental of one asset."""
        return self.id("rental", depot, number)

    def task(self, depot: int, number: int) -> str:
        """The task to collect one asset."""
        return self.id("task", depot, number)

    def actions(self) -> list[Action]:
        """Everything the system device writes to found the company, in order."""
        return [
            define.OrganisationDefine(id=self.organisation, name="模拟租赁", name_en="Simulated Rental"),
            *(define.DepotDefine(id=depot, name=f"网点{n}") for n, depot in enumerate(self.depots)),
            *(self._person(role, place) for role in Role if role is not Role.SYSTEM for place in (0, 1)),
            *shipped_packs(self.organisation),
            define.ContractTextDefine(id=self.id("text"), version="1", use="check_in", zh="归还条款", en="Return terms"),
            *(action for place in (0, 1) for action in self._depot(place)),
        ]

    def _person(self, role: Role, place: int) -> Action:
        return define.PersonDefine(
            id=self.person(role, place), name=f"{role}-{place}", roles=[role], depot_ids={self.depots[place]: True}
        )

    def _depot(self, place: int) -> Iterable[Action]:
        depot = self.depots[place]
        yield define.CustomerDefine(id=self.customer(place), name=f"客户{place}", depot_id=depot)
        for number in range(self.assets_per_depot):
            asset = self.asset(place, number)
            yield define.AssetDefine(
                id=asset, label=f"套装{place}-{number}", tag=f"T-{place}-{number}", pack="camera_kit",
                home_depot_id=depot, depot_id=depot,
            )  # fmt: skip
            rental = define.RentalDefine(
                id=self.rental(place, number), number=f"R-{place}-{number}", customer_id=self.customer(place), depot_id=depot,
                asset_ids=[asset], starts_at="2027-01-01T10:00:00.000Z", due_at=DUE_AT,
            )  # fmt: skip
            yield rental
            yield define.TaskDefine(
                id=self.task(place, number), type="collect", depot_id=depot, asset_id=asset, rental_id=rental.id,
                customer_id=self.customer(place), due_at=DUE_AT,
            )  # fmt: skip

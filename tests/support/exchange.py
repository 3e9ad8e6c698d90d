"""One exchange between a Python device and the engine on a stage, through the production exchange without HTTP."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

from server.auth.sessions import DevicePrincipal
from server.exchange import answer, take
from sync.device import Device
from sync.device_state import DeviceStore, MemoryDeviceStore
from sync.outgoing import Push, Reason
from sync.replica import Believed
from sync.store import Store
from tests.support.stage import Ids, Phone, Stage, signature, unseal

T = TypeVar("T")


class StageTransactions:
    """A stage's store as the exchange wants it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def write(self, job: Callable[[Store], T]) -> T:
        return self.stage.write(lambda store: job(cast(Store, store)))

    async def read(self, job: Callable[[Store], T]) -> T:
        return self.stage.write(lambda store: job(cast(Store, store)))


class Line:
    """A device with a replica, a store and a way to its server."""

    def __init__(self, stage: Stage, phone: Phone, store: DeviceStore | None = None) -> None:
        self.stage, self.phone = stage, phone
        self.store = store or MemoryDeviceStore()
        self.device = self.reopened()
        self.lose_answers = 0

    def reopened(self) -> Device:
        """The device as a fresh start of its program finds it."""
        return Device.open(
            self.stage.id, self.phone.id, self.store, sign=lambda text: signature(self.phone.secret, text),
            random=Ids(f"line/{self.phone.id}/{self.stage.ids.count}").bytes, auth=self.phone.journal.auth,
            unseal=lambda jws: unseal(self.stage.id, jws).model_dump_json().encode(),
        )  # fmt: skip

    def save(self, action: str, args: dict[str, Any], **more: Any) -> Any:
        return self.device.save(action, args, actor=self.phone.actor, now_ms=self.stage.now, **more)

    def unsealed(self, receipt: str) -> bytes:
        """What a receipt says."""
        assert self.device.unseal is not None
        return self.device.unseal(receipt)

    def caller(self) -> DevicePrincipal:
        state = self.stage.device(self.phone.id)
        return DevicePrincipal(self.stage.id, self.phone.id, state.type, state.person, state.depot, state.state)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the server says to a request."""
        transactions = StageTransactions(self.stage)

        async def run() -> bytes:
            taken = await take(self.stage.engine, transactions, self.caller(), json.dumps(request).encode(), self.stage.now)
            return await answer(transactions, taken)

        found: dict[str, Any] = json.loads(asyncio.run(run()))
        return found

    def exchange(self, reason: Reason = "poke", **more: Any) -> Any:
        """One round trip; None when its answer is lost."""
        push: Push = self.device.push(self.stage.now, reason=reason, **more)
        said = self.ask(push.request)
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        return self.device.receive(said, push, self.stage.now)

    def sync(self, rounds: int = 50) -> Believed:
        """Exchange until there is no more to do."""
        for _ in range(rounds):
            received = self.exchange()
            if received is not None and not received.again:
                believed: Believed = received.receipt
                return believed
        raise AssertionError("the exchanges did not come to an end")

    def server_records(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What this device's buckets hold on the server."""
        buckets = self.caller().buckets

        def job(store: Any) -> dict[tuple[str, str], dict[str, Any]]:
            kinds = {kind for kind, _ in self.device.records} | {"asset", "handover", "rental", "device", "person", "outcome"}
            return {
                (kind, record.id): record.data
                for kind in kinds
                for record in store.records(self.stage.id, kind)
                if not record.gone and record.buckets & buckets
            }

        found: dict[tuple[str, str], dict[str, Any]] = self.stage.write(job)
        return found

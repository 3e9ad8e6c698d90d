"""Where people and robots are reached: checked, sealed, kept, and shown only in part.

Neighbours: `sealing.py`, `server/http/notices.py` sets them, `server/jobs/notices.py` sends to them. Invariants: a robot's
address is one of the three known services over https, unless the installation's settings name a further host for tests · nothing
is followed anywhere else (`channels.py`).
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from schemas.limits import NOTICE_ADDRESS_CHARS_MAX
from server.notify.sealing import Sealing
from server.storage.store import SqlStore

ROBOT: Final = "robot"
"""The holder of the organisation's robots."""
ROBOT_HOSTS: Final = {
    "wecom": ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send"),
    "dingtalk": ("oapi.dingtalk.com", "/robot/send"),
    "feishu": ("open.feishu.cn", "/open-apis/bot/v2/hook/"),
}
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_PUT: Final = text(
    "INSERT INTO notice_address (organisation, holder, channel, sealed, updated_ms) "
    "VALUES (:organisation, :holder, :channel, :sealed, :updated_ms) "
    "ON CONFLICT (organisation, holder, channel) DO UPDATE SET sealed = excluded.sealed, updated_ms = excluded.updated_ms"
)
_DROP: Final = text("DELETE FROM notice_address WHERE organisation = :organisation AND holder = :holder AND channel = :channel")
_OF: Final = text("SELECT channel, sealed FROM notice_address WHERE organisation = :organisation AND holder = :holder")
_HELD: Final = text("SELECT holder, channel FROM notice_address WHERE organisation = :organisation")


@dataclass(frozen=True)
class Address:
    """An e-mail address, or a robot's address with its signing secret ('' for none)."""

    value: str
    secret: str = ""

    def hint(self) -> str:
        """Enough to know it again, not enough to use it."""
        name, at, host = self.value.partition("@")
        if at:
            return f"{name[:1]}•••@{host}"
        return f"{urlsplit(self.value).hostname} ••• {self.value[-4:]}"


def check_mail(value: str) -> bool:
    """Whether it can be an e-mail address: one, plain, without a name or a line break."""
    return len(value) <= NOTICE_ADDRESS_CHARS_MAX and _MAIL.fullmatch(value) is not None and ".." not in value


def check_robot(channel: str, value: str, trusted: frozenset[str]) -> bool:
    """Whether it is a robot's address of that service. `trusted`: further `host:port`, for tests, over http."""
    if len(value) > NOTICE_ADDRESS_CHARS_MAX or not value.isascii() or any(one.isspace() for one in value):
        return False
    try:
        parts = urlsplit(value)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment:
        return False
    known, path = ROBOT_HOSTS[channel]
    if not parts.path.startswith(path) or (channel != "feishu" and parts.path != path):
        return False
    wanted = {"wecom": "key", "dingtalk": "access_token"}.get(channel)
    if wanted is not None and not parse_qs(parts.query).get(wanted):
        return False
    if f"{host}:{port}" in trusted:
        return True
    return parts.scheme == "https" and host == known and port in (None, 443)


def put(store: SqlStore, sealing: Sealing, organisation: str, holder: str, channel: str, address: Address, now_ms: int) -> None:
    """Keep an address sealed, in the place of the one there was."""
    plain = json.dumps({"value": address.value, "secret": address.secret})
    sealed = sealing.seal(organisation, f"{holder}/{channel}", plain)
    where = {"organisation": organisation, "holder": holder, "channel": channel}
    store.connection.execute(_PUT, {**where, "sealed": sealed, "updated_ms": now_ms})


def drop(store: SqlStore, organisation: str, holder: str, channel: str) -> None:
    """Forget an address."""
    store.connection.execute(_DROP, {"organisation": organisation, "holder": holder, "channel": channel})


def of(store: SqlStore, sealing: Sealing, organisation: str, holder: str) -> dict[str, Address]:
    """A holder's addresses by channel. One that cannot be opened (its key was lost) is left out."""
    found: dict[str, Address] = {}
    for channel, sealed in store.connection.execute(_OF, {"organisation": organisation, "holder": holder}):
        plain = sealing.open(organisation, f"{holder}/{channel}", bytes(sealed))
        if plain is not None:
            kept: dict[str, Any] = json.loads(plain)
            found[channel] = Address(kept["value"], kept["secret"])
    return found


def held(store: SqlStore, organisation: str) -> set[tuple[str, str]]:
    """(holder, channel) of every address there is."""
    return {(holder, channel) for holder, channel in store.connection.execute(_HELD, {"organisation": organisation})}

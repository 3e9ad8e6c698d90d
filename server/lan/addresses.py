"""Under which addresses and names other devices of the local network reach this machine.

Invariant: an address that is not of a private network is never offered: the local authority may not vouch for it.
"""

import ipaddress
import socket
from typing import Final

PRIVATE_NETWORKS: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "192.0.2.0/24",
)  # fmt: skip
"""RFC 1918, carriers' networks (RFC 6598), link-local, this machine, and the network of examples (RFC 5737), never routed."""
_NETWORKS: Final = tuple(ipaddress.IPv4Network(one) for one in PRIVATE_NETWORKS)
_ELSEWHERE: Final = ("192.168.0.1", 9)
"""Where a datagram would go; none is sent: the system only says from which address it would."""


class NoAddress(ValueError):
    """No address of a private network: not found, or the one that was named is none of this machine's."""


def address_of(wanted: str) -> str:
    """The address to serve under. `wanted`: `1` for the one the system would use, or an address of this machine. NoAddress."""
    found = _outward() if wanted == "1" else wanted
    try:
        address = ipaddress.IPv4Address(found)
    except ValueError as problem:
        raise NoAddress(found) from problem
    if not any(address in network for network in _NETWORKS):
        raise NoAddress(found)
    return found


def names_of() -> list[str]:
    """Names under which the network may know this machine."""
    own = socket.gethostname().partition(".")[0].lower()
    return ["localhost", f"{own}.local"] if own.replace("-", "").isalnum() and own.isascii() else ["localhost"]


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            return ""

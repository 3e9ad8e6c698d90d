"""The network client for partners: a device in Python that enrols, records, synchronises and listens. See docs/client.md.

The one exception to the engine's purity: sockets, clock, randomness, files. Neighbours: `sync/device.py` decides everything that
can be decided without them; `server/device_cli.py` is the command line over it. Invariant: nothing else in `sync` imports this.
"""

from sync.net.client import Changed, Client, Status
from sync.net.problems import ClientError

__all__ = ["Changed", "Client", "ClientError", "Status"]

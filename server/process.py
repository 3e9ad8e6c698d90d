"""How a serving process is set up beside its work: its heaps, its collector of cycles.

Neighbours: `server/cli.py` serves so, `bench/profile.py` measures so. Invariant: nothing depends on it but time and memory.
"""

import contextlib
import ctypes
import gc
from typing import Final

HEAPS_MAX: Final = 2
_M_ARENA_MAX: Final = -8  # malloc.h


def share_the_heap() -> None:
    """glibc would give each thread a heap of its own, and keep in each what its largest answer once took. Elsewhere nothing is
    done. Before the first thread starts."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS_MAX)


def spare_the_collector() -> None:
    """What was loaded to start stays for ever: the collector of cycles need not look at it again, nor look after every few
    hundred objects at all. A push makes tens of thousands that reference counting frees by itself; looking took a tenth of
    the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)

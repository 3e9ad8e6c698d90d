"""Seeds that found something, kept for ever: what it was, and what keeps it from coming back.

Neighbours: `test_sim.py` runs them. A seed's course changes with the product and the workload; the law it broke stays checked.
"""

REGRESSIONS: dict[str, str] = {
    "2": "a server restored from a backup had written past a device's cursor again: the device kept records that are no more and "
    "never saw others; it now compares digests in idle time and mends what differs",
    "14": "the same, seen by two devices of one depot at once",
    "40": "the same, with one damage record missing on two devices",
    "19": "a device restored from its backup a second time still spoke in an epoch that had been left: what it has goes to "
    "quarantine, it is told to be enrolled anew, and nothing of it is lost",
    "527": "a server restored from before a device's enrolment was asked to replace it: the simulation's own mistake",
    "885": "private parts changed on their way, in a request the network repeated, counted as what the device really has: its "
    "good copy was let go. The same wrong bytes must now come in two requests, not in one repeated",
}

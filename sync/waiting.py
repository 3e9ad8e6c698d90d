"""What waits for nothing is judged, portion by portion: a declared loss ends the waiting of as many as one transaction may hold,
the rest ends here. Pure.

Neighbours: `basis.py` says who waits for nothing, `judge.py` ends the first portion with the loss itself,
`server/jobs/waiting.py` calls this until nothing is left. Invariant: every portion leaves fewer that wait for what nobody has.
"""

from schemas import limits
from sync.basis import is_anything_gone, waiting_for_nothing
from sync.engine import Engine
from sync.judge import Judge
from sync.pushed import Retried
from sync.store import Store, age_of
from sync.unit import Touched


def end_waiting(engine: Engine, store: Store, organisation: str) -> Retried:
    """Judge the next `WAITING_RETRIED_MAX` of those who wait for what nobody here knows, when anything was declared lost or
    released. `last` is None when no more are left."""
    version = store.lock_organisation(organisation)
    judge = Judge(
        store, organisation, engine.handlers, version, Touched(), engine.on_fault, vocabulary=engine.vocabulary
    )  # fmt: skip
    waiting = waiting_for_nothing(store, organisation)
    if not waiting or not is_anything_gone(store, organisation):
        return Retried(0, judge.touched, None)
    for entry in waiting:
        device = store.device(organisation, entry.device)
        if device is not None:
            judge.judge(device, entry)
    engine.go_on(judge)
    store.set_organisation_version(organisation, judge.version)
    last = age_of(waiting[-1]) if len(waiting) == limits.WAITING_RETRIED_MAX else None
    return Retried(len(waiting), judge.touched, last, tuple(judge.erased), judge.dropped)

"""Judging parked entries again, a portion at a time: the cause may be gone. Pure.

Neighbours: `server/jobs/again.py` asks for one portion after the other; `basis.py` says who waits for nothing, `judge.py` ends
the first portion of those with the declared loss itself. Invariant: what a choice gives stands behind the place asked for,
oldest first, so that every round ends.
"""

from collections.abc import Callable, Sequence
from functools import partial

from schemas import limits
from sync.basis import is_anything_gone, waiting_for_nothing
from sync.engine import Engine
from sync.fanout import note_ends
from sync.judge import Judge
from sync.pushed import Retried
from sync.store import BEFORE_ALL, Age, JournalEntry, Store, age_of
from sync.unit import Touched

Choose = Callable[[Store, str, Age, int], list[JournalEntry]]
"""(store, organisation, place, how many) → the next entries to judge again behind the place, oldest first."""


def parked_for(codes: Sequence[str]) -> Choose:
    """What was parked for one of these causes."""
    return partial(_parked_for, tuple(codes))


def _parked_for(codes: Sequence[str], store: Store, organisation: str, after: Age, limit: int) -> list[JournalEntry]:
    return store.parked_for(organisation, codes, limit, after)


def no_longer_waited_for(store: Store, organisation: str, after: Age, limit: int) -> list[JournalEntry]:
    """Who waits for what nobody here knows, when anything was declared lost or released: a declared loss ends the waiting of as
    many as one transaction may hold, these are the rest."""
    return waiting_for_nothing(store, organisation, after, limit) if is_anything_gone(store, organisation) else []


def judge_again(
    engine: Engine, store: Store, organisation: str, choose: Choose, *, after: Age = BEFORE_ALL,
    limit: int = limits.WAITING_RETRIED_MAX, checked: bool = False,
) -> Retried:  # fmt: skip
    """Judge the next `limit` entries that `choose` finds behind a place. `checked` as in `Engine.push`."""
    version = store.lock_organisation(organisation)
    judge = Judge(
        store, organisation, engine.handlers, version, Touched(), engine.on_fault, vocabulary=engine.vocabulary, checked=checked
    )  # fmt: skip
    chosen = choose(store, organisation, after, limit)
    for entry in chosen:
        judge.judge_again(entry)
    engine.go_on(judge)
    store.set_organisation_version(organisation, judge.version)
    note_ends(store, organisation, judge.touched)
    last = age_of(chosen[-1]) if len(chosen) == limit > 0 else None
    return Retried(len(chosen), judge.touched, last, tuple(judge.erased), judge.dropped)

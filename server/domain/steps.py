"""May this step be taken now? The one place where a step of a state machine is refused, by name.

Neighbours: `schemas/states.py` declares the machines. Invariant: a refusal names machine, present state, step and what is legal
now, or what is still missing.
"""

from collections.abc import Sequence

from schemas.errors import ErrorCode
from schemas.states import Machine, judge_step
from sync.unit import Refusal, Unit


def take(machine: Machine, present: str, step: str) -> str:
    """The state the step leads to. Refusal(STATE_ILLEGAL) when it is not legal now."""
    judged = judge_step(machine, present, step)
    if judged.target is None:
        raise Refusal(ErrorCode.STATE_ILLEGAL, machine=machine.id, state=present, step=step, legal=list(judged.legal))
    return judged.target


def follow(machine: Machine, present: str, fact: str) -> str:
    """Where a fact leads; the present state where it leads nowhere."""
    return judge_step(machine, present, fact).target or present


def demand(machine: Machine, step: str, missing: Sequence[str]) -> None:
    """Refusal(STEP_NOT_READY) while anything is missing."""
    if missing:
        raise Refusal(ErrorCode.STEP_NOT_READY, machine=machine.id, step=step, missing=list(missing))


def must_be_new(unit: Unit, kind: str, record_id: str) -> None:
    """The office makes new things only; what is there is changed by an edit. The system (imports) writes over what is there."""
    known = unit.get(kind, record_id)
    if unit.device.type != "system" and (known is not None or unit.removed(kind, record_id) is not None):
        raise Refusal(
            ErrorCode.STATE_ILLEGAL, kind=kind, state=(known or {}).get("state", "there"), step="define", legal=["edit"]
        )

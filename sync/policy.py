"""The organisation's gate policy on the server's side: what devices are told, and whether an entry written in grace was allowed.

Neighbours: `judge.py` flags, `engine.py` opens the incident; the devices keep the gate themselves (`sync/gate.py`,
`field_app/src/core/gate.ts`). Invariant (law 1): an entry beyond the allowance is taken all the same, flagged, and the
office told.
"""

from typing import Any, Final, Literal

from schemas.limits import CLOCK_SUSPECT_MS
from schemas.protocol import Policy
from schemas.records.organisation import Organisation
from sync.store import DeviceState, Store

Breach = Literal["policy", "hours", "entries"]
_HOUR_MS: Final = 3_600_000
_FIGURES: Final = {
    name: Organisation.model_fields[name].get_default() for name in ("grace_hours", "grace_entries", "files_hours")
}
"""What may be set, and what stands where nothing is."""


def policy_of(store: Store, organisation: str) -> Policy:
    """How the organisation wants its gate; what an older record does not say stands at its default."""
    record = store.record(organisation, "organisation", organisation)
    if record is None or record.gone:
        return Policy()
    said: dict[str, Any] = record.data
    figures = {name: said.get(name, default) for name, default in _FIGURES.items()}
    return Policy(gate=said.get("gate_policy", "strict"), **figures)


def breach_of(policy: Policy, device: DeviceState, seq: int, at_ms: int) -> Breach | None:
    """Why an entry written in grace goes beyond what the policy allows; None when it does not. `at_ms`: when it happened, as far
    as that can be known: so much as a clock may be off without being suspect is given. The hours count from the last full upload;
    without one ever there are none."""
    if policy.gate != "grace":
        return "policy"
    if seq - device.clear_seq > policy.grace_entries:
        return "entries"
    if not device.clear_ms or at_ms - device.clear_ms > policy.grace_hours * _HOUR_MS + CLOCK_SUSPECT_MS:
        return "hours"
    return None

"""The state machines as drawings: `python -m schemas.drawn` writes `docs/states.md`; a test fails when it is stale.

Neighbours: `schemas/states.py` has the data. Invariant: the page depends on the machines alone.
"""

from pathlib import Path
from typing import Final

from schemas.states import MACHINES, STAYS, Machine

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "states.md"
_HEAD: Final = """\
# State machines 状态机
Generated from `schemas/states.py` by `python -m schemas.drawn`. The server refuses every other step with `state_illegal`,
naming the present state, the step and what is legal now; the app's buttons offer only these. A name in brackets is a *fact*:
custody says so and nobody asks for it, so it is never refused; from a state where it leads nowhere, the state stays.

由 `schemas/states.py` 生成。其他任何一步都会被服务器拒绝（`state_illegal`），并写明现在的状态、这一步和现在能做什么。
方括号里的是既成事实（由交接得出），从不拒绝。
"""


def _drawing(machine: Machine) -> str:
    lines = ["stateDiagram-v2", f"    [*] --> {machine.start}"]
    lines += [f"    {state.id} : {state.zh} {state.en}" for state in machine.states]
    for step in machine.steps:
        name = f"[{step.id}] {step.zh}" if step.is_fact else f"{step.id} {step.zh}"
        lines += [f"    {source} --> {source if step.target == STAYS else step.target} : {name}" for source in step.sources]
    lines += [f"    {state} --> [*]" for state in machine.final]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for machine in MACHINES.values():
        parts.append(f"\n## {machine.zh} {machine.en} (`{machine.id}`)\n```mermaid\n{_drawing(machine)}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""The measurement itself, with tiny numbers: every workload runs against real processes, and its own checks hold.

Nothing is timed here: `make bench` reports speed, no test asserts it.
"""

from pathlib import Path

import pytest

from bench import edits, report
from bench.company import SMALL, found
from bench.measured import Measured, Usage
from bench.pages import Line
from bench.report import Results
from bench.runs import WORKLOADS, Stage, run_bare, run_ours

ABOUT = {name: workload.about.format(**vars(SMALL)) for name, workload in WORKLOADS.items()}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("bench")
    return Stage.set_up(folder, found(folder / "founded", SMALL))


@pytest.mark.parametrize("name", [name for name, workload in WORKLOADS.items() if workload.alone is None])
def test_a_workload_runs_on_each_side_and_is_reported(stage: Stage, name: str, tmp_path: Path) -> None:
    workload, results = WORKLOADS[name], Results()
    results.add("ours", run_ours(workload, stage))
    if workload.bare is not None:
        results.add("bare", run_bare(workload, stage))
    if workload.machine is not None:
        for side, figures in workload.machine(stage).items():
            results.add(side, figures)
    for measured in results.rounds[name, "ours"]:
        assert measured.count > 0
        assert measured.seconds > 0
        assert measured.facts.get("missing", 0) == measured.facts.get("versions_lost", 0) == 0
    text = report.tables(results, ABOUT)
    assert ABOUT[name] in text
    assert "targets" in text
    kept = report.keep(tmp_path, results, ABOUT, "python -m bench", {"rounds": 1})
    assert f'"workload": "{name}"' in kept.read_text(encoding="utf-8")


def test_edits_meet_on_the_same_fields_and_somebody_loses(stage: Stage) -> None:
    figures = run_ours(WORKLOADS["F"], stage)
    facts = figures["F"].facts
    assert facts["losers"] > 0
    assert facts["versions_in_history"] > 0


def test_what_is_not_told_or_not_kept_fails_a_run(stage: Stage) -> None:
    """The audit bites: without what the devices were told, every loser is untold; of an edit never sent, everything is lost."""
    run_ours(WORKLOADS["F"], stage)
    data = stage.folder / "round"
    deaf = [Line(line.device, line.cursors) for line in stage.lines]
    audit = edits.audit(data, stage.company, stage.editors, deaf)
    assert audit.untold == audit.losers > 0
    other = edits.make_editors(stage.company)
    audit = edits.audit(data, stage.company, other, stage.lines)
    assert audit.entries_lost == sum(len(editor.edits) for editor in other)
    assert audit.faults()


def test_a_target_is_reached_by_its_ratio_only() -> None:
    results = Results()
    results.add("ours", {"A": Measured(10, 4.0, usage=Usage(100_000_000, 1, 0.0))})
    results.add("bare", {"A": Measured(10, 1.0)})
    found = {(one.workload, one.text): one for one in report.targets(results)}
    ratio = found["A", "entries/s, ours / bare"]
    assert (ratio.value, ratio.reached) == (0.25, True)
    assert found["C", "p50, ours / bare"].reached is None
    assert found["memory", "after A, MB"].reached is True
    results.add("ours", {"A": Measured(10, 8.0)})
    results.add("bare", {"A": Measured(10, 1.0)})
    assert next(one for one in report.targets(results) if one.workload == "A").value == 0.1875

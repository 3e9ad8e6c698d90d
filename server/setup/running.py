"""Runs checks side by side, counts what each came to, and prints the table at the end.

Neighbours: `checks.py` says what there is to run; `words.py` starts and ends programs. Invariants: checks begin in their order,
and every one runs even when one before it failed; one more runs at once than there are processors, since tests wait a third of
their time, and one that keeps them all busy runs alone; a skipped, expected-to-fail or missing test counts as failed; a failure
is shown at once, with its whole output; whatever ends this program ends the programs it has started; the last line is
`N passed, N failed`. Tests with browsers and servers of their own wait for a machine that others keep busy: the few of them that
failed are run once more when nothing else runs, and those that pass only then are named, never hidden.
"""

from __future__ import annotations

import json
import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from server.setup.words import LOGS, ROOT, Outcome, Program, execute, say

LINT_SECONDS = 300.0
LOOK_SECONDS = 0.1
TICK_SECONDS = 60.0
SHOWN_LINES = 600
NAMED_MAX = 20
AGAIN_MAX = 4
"""More failures than that are not the machine's."""
AT_ONCE_MAX = 4
"""Each check may use half a gigabyte, a browser more."""


@dataclass(frozen=True, slots=True)
class Check:
    """One tool to run: its name for people and for its log, the command, and how its tests are counted.

    `alone`: it keeps all processors busy by itself. `after`: the log name of a check that must have ended before. `again`: the
    command that takes the names of its few failed tests and runs them once more, by themselves; without it they have failed.
    """

    name: str
    log: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    seconds: float = LINT_SECONDS
    counted: Literal["once", "pytest", "vitest", "sim"] = "once"
    alone: bool = False
    after: str = ""
    again: tuple[str, ...] = ()

    @property
    def report(self) -> Path:
        """Where the tool writes its counts."""
        return LOGS / f"{self.log}.report"


@dataclass(frozen=True, slots=True)
class Count:
    """Tests that passed and that did not, and which those were."""

    passed: int
    failed: int
    which: tuple[str, ...] = field(default=(), compare=False)
    late: tuple[str, ...] = field(default=(), compare=False)
    """Those that passed only when they ran by themselves."""


@dataclass(frozen=True, slots=True)
class Done:
    """A check that has ended."""

    check: Check
    outcome: Outcome
    count: Count


class Checks:
    """All checks of one command: those that wait, those under way, those that have ended."""

    def __init__(self, checks: Sequence[Check], first: int, total: int, at_once: int) -> None:
        """Numbered from `first` of `total`; at most `at_once` run at the same time."""
        self.waiting = list(checks)
        self.running: list[tuple[Check, Program]] = []
        self.done: list[Done] = []
        self.first, self.total, self.at_once = first, total, at_once
        self.ticked = time.monotonic()

    def run(self) -> None:
        """Run all to their end."""
        try:
            while self.waiting or self.running:
                while self.waiting and self._may_begin(self.waiting[0]):
                    self._begin(self.waiting.pop(0))
                self._look()
                self._tick()
        finally:
            for _, program in self.running:
                program.end()

    def _may_begin(self, check: Check) -> bool:
        if not self.running:
            return True
        taken = any(one.alone or one.log == check.after for one, _ in self.running)
        return not taken and not check.alone and len(self.running) < self.at_once

    def _begin(self, check: Check) -> None:
        check.report.unlink(missing_ok=True)
        self.running.append((check, Program(check.log, check.command, seconds=check.seconds, cwd=check.cwd)))

    def _look(self) -> None:
        for one in list(self.running):
            check, program = one
            outcome = program.outcome(LOOK_SECONDS)
            if outcome is not None:
                self.running.remove(one)
                self._note(Done(check, outcome, count_of(check, outcome)))

    def _note(self, done: Done) -> None:
        self.done.append(done)
        number = f"[{self.first + len(self.done) - 1}/{self.total}]"
        say(f"{number:>7} {_line(done)}")
        if done.count.failed:
            place = done.outcome.log
            say(f"\n──── {done.check.name} ✗ ({place.relative_to(ROOT) if place.is_relative_to(ROOT) else place}) ────")
            say(f"{done.outcome.tail(SHOWN_LINES)}\n────\n")

    def _tick(self) -> None:
        if self.running and time.monotonic() - self.ticked > TICK_SECONDS:
            self.ticked = time.monotonic()
            say("          … " + " · ".join(f"{check.name} {program.lasted:.0f} s" for check, program in self.running))


def run_checks(checks: Sequence[Check], first: int, total: int) -> bool:
    """Run all, numbered from `first` of `total`; print failures at once and the table in the end; True when nothing failed."""
    started, at_once = time.monotonic(), min((os.cpu_count() or 1) + 1, AT_ONCE_MAX)
    running = Checks(checks, first, total, at_once)
    running.run()
    by_log = {done.check.log: run_again(done) for done in running.done}
    return _table([by_log[check.log] for check in checks], time.monotonic() - started, at_once)


def run_again(done: Done) -> Done:
    """The check with its few failed tests run once more by themselves, counted as passed if every one of them passed now."""
    check, count = done.check, done.count
    if not check.again or len(count.which) != count.failed or not 0 < count.failed <= AGAIN_MAX:
        return done
    second = replace(check, log=f"{check.log}-again")
    command = (*check.again, *count.which, f"--junitxml={second.report}")
    say(f"\n↻ {check.name}: {', '.join(count.which)}")
    second.report.unlink(missing_ok=True)
    outcome = execute(second.log, command, seconds=check.seconds, cwd=check.cwd)
    found = count_of(second, outcome)
    if found.failed or found.passed != count.failed:
        say(outcome.tail(SHOWN_LINES))
        return done
    return replace(done, count=Count(count.passed + count.failed, 0, late=count.which))


def _line(done: Done) -> str:
    mark = "✗" if done.count.failed else "✓"
    return f"{mark} {done.check.name:<32}{done.count.passed:>8}{done.count.failed:>8}{done.outcome.seconds:>10.1f}"


def _table(rows: Sequence[Done], seconds: float, at_once: int) -> bool:
    say(f"\n{'':2}{'check':<32}{'passed':>8}{'failed':>8}{'seconds':>10}")
    for done in rows:
        say(_line(done))
    passed = sum(done.count.passed for done in rows)
    failed = sum(done.count.failed for done in rows)
    green = sum(not done.count.failed for done in rows)
    time_taken = f"{int(seconds) // 60} min {int(seconds) % 60} s, {at_once} at once"
    # Named once more beside the sum: whoever keeps only the end of a long output still learns what failed.
    late = [f"↻ {done.check.name}, only by itself: {which}" for done in rows for which in done.count.late]
    bad = [f"✗ {done.check.name}: {which}" for done in rows for which in done.count.which]
    for line in (late + bad)[:NAMED_MAX]:
        say(line)
    say(f"\n{green} of {len(rows)} checks are green; {time_taken}\n{passed} passed, {failed} failed")
    return failed == 0


def count_of(check: Check, outcome: Outcome) -> Count:
    """What a finished check counts for. A tool that ended badly or ran no test has at least one failure."""
    if check.counted == "once":
        return Count(1, 0) if outcome.ok else Count(0, 1)
    if check.counted == "sim":
        return sim_count(outcome.tail(1), ok=outcome.ok)
    try:
        text = check.report.read_text(encoding="utf-8")
        count = _pytest_count(text) if check.counted == "pytest" else _vitest_count(text)
    except (OSError, ValueError, KeyError, TypeError, ET.ParseError):
        return Count(0, 1)
    if count.failed == 0 and (not outcome.ok or count.passed == 0):
        return Count(count.passed, 1)
    return count


def sim_count(last_line: str, *, ok: bool) -> Count:
    """The simulator's last line: seeds that kept every law pass; a broken one, an untried class of fault or a run that did not
    end fails."""
    found = {name: int(number) for name, _, number in (part.partition("=") for part in last_line.split()) if number.isdigit()}
    if "seeds" not in found or "failed" not in found or "violations" not in found:
        return Count(0, 1)
    failed = found["failed"] or int(not ok or found["violations"] > 0)
    return Count(found["seeds"] - found["failed"], failed)


def _pytest_count(text: str) -> Count:
    suite = ET.fromstring(text).find("testsuite")
    if suite is None:
        raise ValueError
    tests, bad = (
        int(suite.attrib["tests"]),
        sum(int(suite.attrib[key]) for key in ("failures", "errors", "skipped")),
    )
    which = (
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '')}"
        for case in suite.iter("testcase")
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
    )
    return Count(max(tests - bad, 0), bad, tuple(which))


def _vitest_count(text: str) -> Count:
    report = json.loads(text)
    passed = int(report["numPassedTests"])
    bad = int(report["numTotalTests"]) - passed
    which = tuple(
        str(test.get("fullName", ""))
        for file in report.get("testResults", ())
        for test in file.get("assertionResults", ())
        if test.get("status") != "passed"
    )
    # A file that could not be loaded has no tests to count.
    return Count(passed, max(bad, int(report["numFailedTestSuites"]) if not report["success"] and bad == 0 else bad), which)

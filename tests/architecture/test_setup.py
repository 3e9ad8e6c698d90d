"""The set-up itself: each reason to stop has its sentence, each kind of result is counted, nothing is hidden.

Neighbours: `server/setup`, `server/bootstrap.py`.
"""

from __future__ import annotations

import ast
import json
import os
import socket
import string
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.setup import environment, preflight, system, words
from server.setup.checks import everything, in_browser, under_a_minute
from server.setup.failures import FAILURES, SetupError
from server.setup.running import Check, Checks, Count, count_of, run_checks, sim_count
from server.setup.words import Outcome, execute
from tests.architecture.project import ROOT, read
from tests.support.first_start import FirstStart
from tests.support.shares import SECONDS, chosen, once, seconds_of, share_of

DONE = Outcome(0, 0.1, ROOT / "Makefile")
BROKEN = Outcome(1, 0.1, ROOT / "Makefile")


@pytest.mark.parametrize("code", FAILURES)
def test_every_failure_is_one_sentence_in_each_language(code: str) -> None:
    zh, en = FAILURES[code]
    assert {name for _, name, _, _ in string.Formatter().parse(zh) if name} == {
        name for _, name, _, _ in string.Formatter().parse(en) if name
    }
    assert zh.endswith("。") or zh.endswith("）。")
    assert zh.count("。") == 1
    assert en.endswith(".")
    assert "\n" not in zh + en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in en)


def test_every_failure_code_is_used() -> None:
    code = "".join(read(f"server/setup/{name}.py") for name in ("commands", "environment", "preflight", "system"))
    assert [name for name in FAILURES if f'"{name}"' not in code] == []


def test_a_taken_port_is_named_and_a_free_one_passes() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(SetupError) as caught:
            preflight.check_port(port)
        assert caught.value.code == "setup_port_taken"
        assert str(port) in caught.value.zh
        assert str(port) in caught.value.en
    preflight.check_port(port)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "８０", "", " 80"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SetupError) as caught:
        preflight.parse_port(text)
    assert caught.value.code == "setup_port_invalid"


def test_a_full_disk_and_a_closed_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        preflight.check_space(tmp_path, needed=10**18)
    assert caught.value.code == "setup_no_space"
    # /proc takes no files from anyone, root included.
    with pytest.raises(SetupError) as caught:
        preflight.check_writable(Path("/proc/handover"))
    assert caught.value.code == "setup_folder_not_writable"
    preflight.check_writable(tmp_path / "not" / "there" / "yet")
    assert list(tmp_path.iterdir()) == []


def test_a_python_without_venv_is_told_which_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetupError) as caught:
        preflight.check_venv_module()
    assert "python3-venv" in caught.value.zh
    assert "python3-venv" in caught.value.en


def test_bootstrap_speaks_to_an_old_python() -> None:
    """Parsed by the grammar of 3.6, and the version is checked before anything newer is imported."""
    source = read("server/bootstrap.py")
    ast.parse(source, feature_version=(3, 6))
    ast.parse(read("server/__init__.py"), feature_version=(3, 6))
    assert "from __future__" not in source
    pretend = (
        "import sys; sys.version_info = (3, 8, 18); from server.bootstrap import main;"
        " code = main(['run']); assert 'server.setup' not in sys.modules; sys.exit(code)"
    )
    told = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert told.returncode == 2
    text = told.stderr.decode()
    assert "3.8.18" in text
    assert "需要 Python 3.11" in text
    assert "Python 3.11 or newer" in text


def test_a_changed_source_is_built_again_and_a_test_is_not_a_source() -> None:
    sources = environment.app_sources()
    names = {str(path.relative_to(ROOT)) for path in sources}
    assert {"field_app/index.html", "field_app/package-lock.json", "field_app/src/sw/sw.ts"} <= names
    assert not any("node_modules" in name or "/dist/" in name or name.endswith(".test.ts") for name in names)
    assert not any(name.startswith("field_app/sim/") for name in names), "the simulation leaves caches there"
    assert environment.digest(sources) == environment.digest(sources)
    assert environment.digest(sources) != environment.digest(sources[1:])


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    alive = tmp_path / "alive"
    child = f"import time\nwhile True:\n open({str(alive)!r}, 'a').write('x'); time.sleep(0.05)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    outcome = execute("hang", [sys.executable, "-c", parent], seconds=1.0)
    assert outcome.code == -1
    assert "out of time" in outcome.tail()
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size


def _check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, report: str | None) -> Check:
    monkeypatch.setattr("server.setup.running.LOGS", tmp_path)
    check = Check("a check", "a-check", ("true",), counted="pytest" if kind == "pytest" else "vitest")
    if report is not None:
        check.report.write_text(report, encoding="utf-8")
    return check


@pytest.mark.parametrize(
    ("facts", "outcome", "count"),
    [
        ('tests="9" failures="1" errors="1" skipped="0"', BROKEN, Count(7, 2)),
        ('tests="9" failures="0" errors="0" skipped="2"', DONE, Count(7, 2)),
        ('tests="9" failures="0" errors="0" skipped="0"', DONE, Count(9, 0)),
        ('tests="9" failures="0" errors="0" skipped="0"', BROKEN, Count(9, 1)),
        ('tests="0" failures="0" errors="0" skipped="0"', DONE, Count(0, 1)),
    ],
)
def test_pytest_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: str, outcome: Outcome, count: Count) -> None:
    check = _check(tmp_path, monkeypatch, "pytest", f"<testsuites><testsuite {facts}/></testsuites>")
    assert count_of(check, outcome) == count


@pytest.mark.parametrize(
    ("facts", "count"),
    [((5, 5, 0), Count(5, 0)), ((4, 5, 1), Count(4, 1)), ((5, 6, 0), Count(5, 1)), ((5, 5, 2), Count(5, 2))],
)
def test_vitest_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: tuple[int, int, int], count: Count) -> None:
    passed, total, suites = facts
    report = {
        "numPassedTests": passed,
        "numTotalTests": total,
        "numFailedTestSuites": suites,
        "success": passed == total and suites == 0,
    }
    check = _check(tmp_path, monkeypatch, "vitest", json.dumps(report))
    assert count_of(check, DONE if report["success"] else BROKEN) == count


@pytest.mark.parametrize("report", [None, "", "<not xml", "[]"])
def test_a_report_that_is_missing_or_broken_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str | None
) -> None:
    for kind in ("pytest", "vitest"):
        assert count_of(_check(tmp_path, monkeypatch, kind, report), DONE) == Count(0, 1)


def test_all_checks_run_and_the_last_line_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr("server.setup.running.ROOT", tmp_path)
    checks = [
        Check("first", "first", (sys.executable, "-c", "print('why it failed'); raise SystemExit(3)"), tmp_path),
        Check("second", "second", (sys.executable, "-c", "pass"), tmp_path),
    ]
    assert run_checks(checks, 1, 2) is False
    printed = capsys.readouterr().out
    assert "why it failed" in printed
    assert printed.index("why it failed") < printed.index("passed  failed")
    *_, summary, last = printed.rstrip().splitlines()
    assert summary.startswith("1 of 2 checks are green; 0 min ")
    assert last == "1 passed, 1 failed"


def test_what_failed_is_named_again_beside_the_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr("server.setup.running.LOGS", tmp_path)
    cases = '<testcase classname="t.a" name="good"/><testcase classname="t.a" name="bad"><failure/></testcase>'
    report = f'<testsuites><testsuite tests="2" failures="1" errors="0" skipped="0">{cases}</testsuite></testsuites>'
    write = f"open({str(tmp_path / 'py.report')!r}, 'w').write({report!r}); raise SystemExit(1)"
    test = {"fullName": "a lens focuses", "status": "failed"}
    facts: dict[str, Any] = {"numPassedTests": 0, "numTotalTests": 1, "numFailedTestSuites": 1, "success": False}
    facts["testResults"] = [{"assertionResults": [test]}]
    write_js = f"open({str(tmp_path / 'js.report')!r}, 'w').write({json.dumps(facts)!r}); raise SystemExit(1)"
    checks = [
        Check("python's", "py", (sys.executable, "-c", write), tmp_path, counted="pytest"),
        Check("the app's", "js", (sys.executable, "-c", write_js), tmp_path, counted="vitest"),
    ]
    assert run_checks(checks, 1, 2) is False
    *_, python, app, _empty, _summary, last = capsys.readouterr().out.rstrip().splitlines()
    assert (python, app, last) == ("✗ python's: t/a.py::bad", "✗ the app's: a lens focuses", "1 passed, 2 failed")


@pytest.mark.parametrize(("second", "last"), [(0, "2 passed, 0 failed"), (1, "1 passed, 1 failed")])
def test_the_few_that_failed_beside_others_are_run_once_more_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], second: int, last: str
) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr("server.setup.running.LOGS", tmp_path)
    (tmp_path / "test_two.py").write_text(
        "import pathlib\ntried = pathlib.Path('tried')\ndef test_good(): assert True\n"
        "def test_late():\n    with tried.open('a') as file: file.write('x')\n"
        f"    assert tried.read_text() == 'x' * {2 if second == 0 else 9}\n"
    )
    pytest_here = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.")
    first = (*pytest_here, "test_two.py", f"--junitxml={tmp_path / 'two.report'}")
    check = Check("two", "two", first, tmp_path, seconds=60.0, counted="pytest", again=pytest_here)
    assert run_checks([check], 1, 1) is (second == 0)
    *_, named, _empty, _summary, sum_up = capsys.readouterr().out.rstrip().splitlines()
    assert named == ("↻ two, only by itself" if second == 0 else "✗ two") + ": test_two.py::test_late"
    assert sum_up == last
    assert (tmp_path / "tried").read_text() == "xx", "run once more, not more often"


def _timed(tmp_path: Path, name: str, seconds: float = 0.0, **more: Any) -> Check:
    """A check that notes when it began and when it ended."""
    code = f"import time; print(time.time()); time.sleep({seconds}); print(time.time())"
    return Check(name, name, (sys.executable, "-c", code), tmp_path, **more)


def test_checks_run_side_by_side_and_begin_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr("server.setup.running.LOGS", tmp_path)
    checks = [
        _timed(tmp_path, "long", 1.5), _timed(tmp_path, "build"), _timed(tmp_path, "built", after="build"),
        _timed(tmp_path, "whole", 0.5, alone=True), _timed(tmp_path, "last"),
    ]  # fmt: skip
    Checks(checks, 1, 5, 2).run()
    at = {check.log: [float(line) for line in (tmp_path / f"{check.log}.log").read_text().split()] for check in checks}
    assert at["build"][1] < at["long"][1], "side by side"
    assert at["build"][1] < at["built"][0], "what it needs is there"
    assert max(at["long"][1], at["built"][1]) < at["whole"][0], "it has all processors for itself"
    assert at["whole"][1] < at["last"][0], "nothing beside it"


def test_whatever_ends_the_run_ends_what_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr("server.setup.running.LOGS", tmp_path)
    checks = Checks([_timed(tmp_path, "hanging", 60.0), Check("none", "none", ("/no/such/program",), tmp_path)], 1, 2, 2)
    with pytest.raises(FileNotFoundError):
        checks.run()
    ((_, program),) = checks.running
    assert program.process.poll() is not None


def test_every_test_file_lies_in_the_folder_of_a_line() -> None:
    there = {f"tests/{path.parent.name}" for path in (ROOT / "tests").rglob("test_*.py")}
    named = [part for check in everything() for part in check.command if check.counted == "pytest" and part in there]
    assert set(named) == there


def test_a_line_in_shares_has_all_of_them_and_one_first_start() -> None:
    for checks in (everything(), in_browser()):
        shared = [check.command for check in checks if any(part.startswith("--share=") for part in check.command)]
        given = [part for command in shared for part in command if part.startswith("--share=")]
        assert given == [f"--share={share}/{len(shared)}" for share in range(1, len(shared) + 1)]
        assert len(shared) > 1
        assert len({tuple(part for part in command if part not in given and "junit" not in part) for command in shared}) == 1


def test_every_file_is_in_one_share_and_none_carries_much_more() -> None:
    files = [
        path.relative_to(ROOT).as_posix()
        for room in ("architecture", "e2e")
        for path in (ROOT / "tests" / room).glob("test_*.py")
    ]
    shares = share_of(files, 2)
    assert shares == share_of(reversed(files), 2), "whatever the order"
    assert set(shares) == set(files)
    loads = [sum(seconds_of(file) for file in files if shares[file] == share) for share in (1, 2)]
    assert max(loads) < 1.05 * min(loads), loads
    assert set(share_of(files, 1).values()) == {1}
    assert set(SECONDS) <= {Path(file).stem for file in files}, "a file that is gone has no time"


@pytest.mark.parametrize("option", ["0/2", "3/2", "2", "a/b", "-1/2", ""])
def test_a_share_that_is_none_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        chosen(option)
    assert chosen("2/3") == (2, 3)


def test_what_processes_share_is_made_once_and_what_ended_runs_left_is_removed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait(60)
    left, kept = tmp_path / f"first_start.{gone.pid}-1", tmp_path / f"first_start.{os.getpid()}-1"
    left.mkdir()
    kept.mkdir()
    calls: list[Path] = []

    def make(place: Path) -> FirstStart:
        calls.append(place)
        time.sleep(0.2)
        return FirstStart(place / "data", 200, -15, "所有的话 all it said")

    place = tmp_path / f"first_start.{os.getpid()}-2"
    with ThreadPoolExecutor(3) as pool:
        went = list(pool.map(lambda _: once(place, make), range(3)))
    assert calls == [place]
    assert went == [FirstStart(place / "data", 200, -15, "所有的话 all it said")] * 3
    assert (left.exists(), kept.exists()) == (False, True)


def test_the_simulators_last_line_is_counted_by_seeds() -> None:
    clean = "seeds=10 entries=1200 request_lost=7 failed=0 violations=0"
    assert sim_count(clean, ok=True) == Count(10, 0)
    assert sim_count(clean, ok=False) == Count(10, 1), "a class of fault was never tried"
    assert sim_count("seeds=10 entries=1200 request_lost=7 failed=2 violations=5", ok=False) == Count(8, 2)
    assert sim_count("Killed", ok=False) == sim_count("", ok=True) == Count(0, 1)


def test_the_whole_list_holds_what_the_short_one_does() -> None:
    whole = {check.name for check in everything()}
    assert {check.name for check in under_a_minute()} - {"pytest, fast"} < whole
    assert [check.name for check in in_browser()] == ["app build", *(f"pytest, browser {share}/3" for share in (1, 2, 3))]
    assert all("-m browser" in " ".join(check.command) for check in in_browser()[1:])


def test_missing_system_parts_are_named_to_who_may_not_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "missing_parts", lambda: ["chromium", "zbar-tools"])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError) as caught:
        system.install_system_parts()
    assert "apt install chromium zbar-tools" in caught.value.zh
    assert "apt install chromium zbar-tools" in caught.value.en


def test_root_installs_missing_system_parts_and_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an apt-get of our own, which writes the program down instead of fetching it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    apt = programs / "apt-get"
    copy = f"/bin/cp {apt} {programs}/zbarimg"
    apt.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n[ "$1" = update ] || {copy}\n', encoding="utf-8")
    apt.chmod(0o755)
    monkeypatch.setattr(words, "LOGS", tmp_path)
    monkeypatch.setattr(system, "PARTS", (system.SystemPart("zbar-tools", program="zbarimg"),))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(programs))
    assert system.missing_parts() == ["zbar-tools"]
    assert system.install_system_parts() == "ok"
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["update", "install -y --no-install-recommends zbar-tools"]
    assert system.install_system_parts() == "✓"

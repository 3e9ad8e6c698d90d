"""The arithmetic of the phone's figures: sums, shares, targets. Nothing is timed."""

import pytest

from bench import report
from bench.measured import Measured, share_of
from bench.phone import Figures
from bench.report import Results


def seen() -> Figures:
    vitals = [{"fcp": 400.0, "lcp": 600.0, "tbt": float(tbt), "cls": 0.01, "transferred": 0.0} for tbt in (10, 90, 40)]
    return Figures(
        ready=[500.0, 300.0, 900.0], today=[400.0, 200.0, 300.0], thread=[700.0, 600.0, 800.0],
        taps=[("开始归还", 40.0), ("9", 20.0), ("同意", 60.0), ("完成", 200.0)], shots=[450.0, 300.0], frames=[16.0, 17.0, 33.0],
        frame_work=[4.0, 6.0], keys=[80.0, 10.0, 12.0, 11.0], key_work=9.0, vitals=vitals, first_bytes=150_000.0,
    )  # fmt: skip


def test_a_start_is_the_way_to_the_lock_and_the_way_behind_it_of_the_same_opening() -> None:
    told = seen().told()
    assert (told["start_ms"], told["start_worst_ms"]) == (900, 1200)
    assert (told["door_ms"], told["today_ms"], told["start_thread_ms"]) == (500, 300, 700)
    assert told["tbt_ms"] == 40
    assert told["cls"] == 0.01


def test_taps_shots_frames_and_keys_are_told_by_their_shares() -> None:
    told = seen().told()
    assert (told["taps"], told["tap_p50_ms"], told["tap_p95_ms"], told["tap_worst_ms"]) == (4, 60, 200, 200)
    assert (told["shot_p50_ms"], told["shot_worst_ms"]) == (450, 450)
    assert (told["frame_p50_ms"], told["frame_p95_ms"], told["frame_work_ms"]) == (17, 33, 5)
    assert (told["first_key_ms"], told["key_p50_ms"], told["key_p95_ms"]) == (80, 12, 80)


def test_the_share_of_one_value_is_that_value() -> None:
    assert share_of([7.0], 0.95) == share_of([7.0], 0.0) == 7.0
    with pytest.raises(IndexError):
        share_of([], 0.5)


def test_the_phone_s_targets_are_compared_and_what_was_not_measured_is_not_reached() -> None:
    results = Results()
    assert {one.reached for one in report.targets(results) if one.workload == "I"} == {None}
    results.add("ours", {"I": Measured(4, 60.0, facts=seen().told(), said=("完成 200 ms",))})
    reached = [one.reached for one in report.targets(results) if one.workload == "I"]
    assert reached == [True, False, True, True, False]
    text = report.tables(results, {"I": "the phone"})
    assert "完成 200 ms" in text
    assert "first kB" in text

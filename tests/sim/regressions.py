"""Seeds that found something: what it was, and the small direct test that keeps it from coming back; apart from them, seeds that
found the simulation itself in the wrong.

Neighbours: `test_sim.py` holds that every one of these tests is there. A seed's course changes with the product and the workload,
so that replaying it would prove nothing: the course is in the test, step by step.
"""

from typing import NamedTuple


class Regression(NamedTuple):
    """What a seed found, and the test of just that."""

    what: str
    test: str


REGRESSIONS: dict[str, Regression] = {
    "2": Regression(
        "a server restored from a backup had written past a device's cursor again: the device kept records that are no more and "
        "never saw others; it now compares digests in idle time and mends what differs (14 and 40 were the same)",
        "tests/unit/test_digest.py::test_a_server_restored_and_grown_past_the_cursor_is_found_out",
    ),
    "19": Regression(
        "a device restored from its backup a second time still spoke in an epoch that had been left: what it has goes to "
        "quarantine, it is told to be enrolled anew, and nothing of it is lost",
        "tests/unit/test_device.py::test_a_device_restored_a_second_time_keeps_its_work_and_is_to_be_enrolled_anew",
    ),
    "885": Regression(
        "private parts changed on their way, in a request the network repeated, counted as what the device really has: its good "
        "copy was let go. The same wrong bytes must now come in two requests, not in one repeated",
        "tests/unit/test_engine_push.py::test_private_parts_that_are_not_what_was_hashed_are_parked",
    ),
    "3060 on SQLite": Regression(
        "a late copy of a request, changed on its way, was kept aside with private parts that had been erased meanwhile",
        "tests/unit/test_erasure.py::test_what_comes_damaged_after_an_erasure_is_kept_aside_without_what_was_erased",
    ),
    "66": Regression(
        "a device that had gone back to a backup destroyed itself when it was told to, and was never believed: the end it named "
        "was an earlier one; it stayed `wiping` for ever",
        "tests/unit/test_wipe.py::test_a_device_that_went_back_to_a_backup_knows_less_than_is_here_and_is_wiped_all_the_same",
    ),
    "755": Regression(
        "a device that had gone back to a backup said that it is empty, and was refused for ever, for want of a file that had "
        "gone with its former store; it is believed now, and what it owes is named in an incident",
        "tests/unit/test_wipe.py::test_what_a_wiped_device_owes_is_named",
    ),
    "1111": Regression(
        "a device that was revoked while it was being wiped was not believed when it said that it is empty",
        "tests/unit/test_wipe.py::test_one_that_was_shut_out_after_it_was_asked_may_still_say_it",
    ),
    "2143": Regression(
        "rows of a time that a twice restored server had forgotten survived every repair, their versions being beyond its own",
        "tests/unit/test_compare.py::test_a_row_of_a_time_that_the_server_has_forgotten_does_not_survive_a_repair",
    ),
    "20995": Regression(
        "a push's clock, its digits changed on their way, stood thousands of years ahead and moved what had been written before "
        "out of the calendar: those entries, and all that waited for them, stayed parked as a fault of the server for ever",
        "tests/unit/test_clocks.py::test_a_clock_centuries_off_moves_nothing_out_of_the_calendar",
    ),
    "30051": Regression(
        "a byte changed on its way behind a declared loss was not found when the device was shut out: the changed copy lay aside "
        "under the good one's hash, and the good one, on its way or in a file, was taken for a repeat",
        "tests/unit/test_engine_damaged.py::test_behind_a_declared_loss_a_byte_changed_on_its_way_is_found_also_when_the_device_is_shut_out",
    ),
    "40018 on SQLite": Regression(
        "a device that had lost one number whole and declared all others lost, to a server gone back to a backup, hung for ever: "
        "nothing being held, no incident named the gap, and nobody could release it",
        "tests/unit/test_released.py::test_a_gap_with_nothing_but_declared_losses_behind_it_is_named_and_released_too",
    ),
    "60137": Regression(
        "a device that had gone back to a backup was told that a number of its own was held, of which other bytes were: it never "
        "sent it again, so that the fork was never found, and nothing behind it could follow",
        "tests/unit/test_engine_chain.py::test_a_held_number_with_another_hash_is_an_incident",
    ),
    "80312": Regression(
        "a body damaged in its store so that its number had lost its name kept the Python device from showing anything",
        "tests/unit/test_device.py::test_a_body_without_one_of_its_names_shows_nothing_and_stops_nobody",
    ),
    "1221": Regression(
        "the hash of a declared loss, changed on its way, was taken: nothing could follow from it any more, and the device kept "
        "what it had for ever",
        "tests/unit/test_engine_chain.py::test_a_declared_hash_changed_on_its_way_is_not_taken_and_comes_again",
    ),
    "1290": Regression(
        "a device that had gone back to a backup lost the body of its first new entry: the number it declared lost was taken on "
        "the server by another entry, nobody saw the fork, and whatever came behind was `damaged` for ever",
        "tests/unit/test_losses.py::test_a_declared_loss_may_be_what_contradicts",
    ),
    "3266": Regression(
        "what a device had said before its own later word, ratified afterwards, took that word's place, which nobody was told; "
        "somebody's add that had lost stood again by it (4043 was the same)",
        "tests/unit/test_merge_records.py::test_what_waited_until_its_device_had_said_something_else_takes_nothing_back",
    ),
    "4873": Regression(
        "two people said the same of a field, the later saying took the stamp, and its author changed it: the first, whose word "
        "he had never seen, was not told",
        "tests/unit/test_merge.py::test_who_said_the_same_before_it_was_said_again_has_lost_once_it_goes_unseen",
    ),
    "5955": Regression(
        "a body damaged in its store stayed there after its loss was covered; once a new epoch had taken the hash before it, it "
        "passed for a good one, was sent again and made the device's export file one that could not be taken in",
        "tests/unit/test_own_copy.py::test_a_damaged_copy_leaves_the_store_once_its_loss_is_covered",
    ),
    "7185": Regression(
        "the same, but the number was gone whole, its hash with it: nothing of it could be declared, and what came behind was "
        "`damaged` for ever. A device says now that it has such a gap",
        "tests/unit/test_losses.py::test_a_restored_backup_that_lost_its_first_new_number_whole_is_found_out",
    ),
}

OWN_MISTAKES: dict[str, str] = {
    "527": "the simulated office named a device to be replaced that a server gone back to a backup did not know: `world.py` asks "
    "first (`Node.knows`)",
    "6008": "the checker of receipts took a gap that a manager had released for one that is not stored, and did not look whether "
    "a receipt ends inside one: `checkers.py:_receipt`",
    "0": "the gap behind which an export file put its entries was released, and nobody imported again for their files: the "
    "simulated office imports once more",
    "70300": "a device that had gone back to an abandoned epoch was expected to wipe itself: it stays as it is, to be exported",
    "70120": "the checker of losers wanted somebody told who had only said again what stood, with an earlier clock, which "
    "changes nothing: `losers.py`",
    "60485": "a body was damaged right behind a number that was gone whole: nobody can find that out, since nobody has what it "
    "follows from: `disk.py` leaves that one alone",
    "50028": "nobody released the gap of a device that had been shut out, so that the files of what was held behind it were not "
    "taken in with its export file: the simulated office gives it up, and imports again",
    "108": "the checker of contradictions took the outcome of what lies aside under a number for that of the entry stored there: "
    "`losers.py:_outcomes`",
    "101249": "the simulated office compared what it shows with the server only when everything else had come to rest, and what "
    "was to come to rest waited for it to see an incident: `healing.py` compares in between, as devices do",
    "109190": "the checker of the gate held a device to an entry of which only a copy lay aside, and which it had no more "
    "itself: declared lost after the server went back to a backup (109816: before the device went back to its own): "
    "`checkers.py:unsent`",
    "582": "the checker of a lost device's report mixed the numbers of two epochs: `watched.py`",
}
"""Seeds that showed no fault of the product: what was wrong in the simulation, and where it was mended."""

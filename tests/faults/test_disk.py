"""A full disk under the server: it says so, keeps what it acknowledged, and goes on when there is room again."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.yard import ServerProcess, Stored, Worker, check, found

DISK_BYTES = 24 * 1024 * 1024
ROUNDS_MAX = 400


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of a few megabytes at this folder, where the system lets us; whether it did."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=False, capture_output=True, timeout=10
    )
    try:
        yield made.returncode == 0
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_server_whose_disk_is_full_loses_nothing_it_acknowledged(tmp_path: Path, app_folder: Path) -> None:
    with small_disk(tmp_path / "data") as mounted:
        company = await found(tmp_path / "data", app_folder, 1)
        ballast = company.data / "ballast"
        database = (company.data / "handover.db").stat().st_size
        # Where no disk can be made: no file of the server may grow beyond a bound, which its database soon reaches.
        server = ServerProcess(company.data, app_folder, file_bytes_max=0 if mounted else database + 400_000)
        await server.start()
        worker: Worker | None = None
        try:
            worker = await Worker.enrol(company, server.base, tmp_path / "client", 1)
            assert await worker.sync()
            if mounted:
                _fill(ballast, leave=300_000)
            await _work_until_refused(worker)
            assert worker.client.status().unsent_entries > 0, "what was not acknowledged is still here"
            await server.kill()
            check(Stored.of(company), worker, all_there=False)
            ballast.unlink(missing_ok=True)
            server.file_bytes_max = 0
            await server.start()
            await worker.finish()
            await server.kill()
            assert worker.acknowledged == max(worker.saved)
            check(Stored.of(company), worker, all_there=True)
        finally:
            await server.kill()
            if worker is not None:
                await worker.client.close()


def _fill(ballast: Path, leave: int) -> None:
    """Write until the disk is full, then give so many bytes back."""
    with ballast.open("wb") as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))
                file.flush()
        file.truncate(max(0, file.tell() - leave))


async def _work_until_refused(worker: Worker) -> None:
    refused = 0
    for _ in range(ROUNDS_MAX):
        worker.work()
        sent = await worker.sync()
        refused += not sent and worker.client.status().unsent_entries > 0  # a file may be refused before the first entry is
        if refused >= 5:
            return
    raise AssertionError("the disk never was full")

"""A database whose writer and readers work in the caller's thread: a simulation takes the same course on a busy machine, and
pays for no change of threads.

Neighbours: `piped_app.py` uses it; `server/storage/sqlite.py` is what it bends. Invariant: transactions stay what they are —
each job in one of its own, committed as in production; only who runs it differs.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Inline(ThreadPoolExecutor):
    """Runs at once, in the caller's thread: a step takes the same course on a busy machine and costs no change of threads."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """`fn`'s future, done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as fault:
            future.set_exception(fault)
        return future


class InlineJobs:
    """Stands where the writer's queue stood: each job is a transaction of its own, committed before `put` returns."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.connection = database._writer_engine.connect()

    def put(self, job: Any) -> None:
        """Run and commit one job; None: the end."""
        if job is None:
            self.connection.close()
        elif job.future.set_running_or_notify_cancel():
            self.database._commit(self.connection, [job])


def without_threads(database: Any) -> None:
    """The same database, its writer and readers in the caller's thread."""
    queue = database._jobs
    queue.put(None)
    database._writer.join()
    database._jobs = InlineJobs(database)
    database._readers.shutdown()
    database._readers = Inline()

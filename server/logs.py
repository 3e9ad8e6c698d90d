"""Logs: one JSON line each, with ids and places, never with what a person wrote or is called.

Neighbours: `server/cli.py` configures, everybody logs through structlog. Invariants: no exception's text and no local
variable is ever logged, since both can quote personal data; where it came from is enough to find it.
"""

import sys

import structlog


def log_to_stderr() -> None:
    """Configure structlog for the server process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def trail(problem: BaseException) -> list[str]:
    """Where an exception came from, innermost last, without its text: messages can quote personal data."""
    steps: list[str] = []
    frame = problem.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return steps[-12:]

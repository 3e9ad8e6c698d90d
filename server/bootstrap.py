"""From a machine with Python, make and git to a running system, or to one clear sentence why not.

Neighbours: the Makefile calls `python -m server.bootstrap <command>`; the work is done in `server.setup`.
Invariants: standard library only; this file parses on Python 3.6 and checks the version before it imports
anything that does not, so that an old Python gets a sentence and not a traceback.
"""

import sys

OLDEST = (3, 11)

TOO_OLD = (
    "✗ setup_python_too_old · 需要 Python 3.11 或更新版本，当前是 {0}；没有改动任何文件，"
    "请安装新版本后再试（可用 make run PY=python3.12 指定）。\n"
    "  Python 3.11 or newer is needed and this is {0}; nothing was changed: install a newer one and try again"
    " (make run PY=python3.12 chooses it).\n"
)


def main(argv: "list[str]") -> int:
    """Run one command (`run`, `test`, `check`, …); returns the exit code, 2 when this Python is too old."""
    if sys.version_info[:2] < OLDEST:
        version = ".".join(str(part) for part in sys.version_info[:3])
        # Bytes, because an old Python under LANG=C cannot print Chinese.
        sys.stderr.buffer.write(TOO_OLD.format(version).encode("utf-8"))
        return 2
    from server.setup.commands import dispatch

    return dispatch(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

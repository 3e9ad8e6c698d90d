"""The committed vectors say what the Python code says; vitest holds the TypeScript code to the same files."""

from tests.vectors import make


def test_committed_vectors_are_fresh() -> None:
    assert make.stale() == []

"""One installation for the whole folder: what an example leaves behind is what the next one meets."""

from collections.abc import Iterator

import pytest

from tests.fuzz.ground import Ground
from tests.http.conftest import app_folder, founded, world

__all__ = ["app_folder", "founded", "ground", "world"]


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()

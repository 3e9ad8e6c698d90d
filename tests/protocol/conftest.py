"""The installation of `tests/http`: a real server on a real socket, two organisations, a clock the test moves."""

from tests.http.conftest import app_folder, founded, world

__all__ = ["app_folder", "founded", "world"]

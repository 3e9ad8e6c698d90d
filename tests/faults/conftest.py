"""The folder a server process serves: any folder with a page will do."""

from tests.http.conftest import app_folder

__all__ = ["app_folder"]

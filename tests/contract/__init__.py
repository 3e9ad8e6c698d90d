"""One suite for every store that keeps the contract of `sync/store.py`."""

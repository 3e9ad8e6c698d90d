"""The vocabulary: what may be said between device, engine and office.

Pydantic only: no I/O, no clock, no randomness. `sync` and `server` build on it; the app's TypeScript is generated
from it (`python -m schemas.export`). Neighbours: none below.
"""

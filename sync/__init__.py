"""The engine: journal, sync, merge. Pure: no I/O, no clock, no randomness, no asyncio; the world comes as arguments.

Neighbours: `schemas` below (the vocabulary), `server` above (the only I/O).
"""

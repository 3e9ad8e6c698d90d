"""The only room that touches the world: HTTP, storage, blobs, clocks, processes.

Neighbours: `sync` and `schemas` below; nothing above. Kept empty of code, because `server.bootstrap` is imported by Pythons
too old for the rest in order to say so.
"""

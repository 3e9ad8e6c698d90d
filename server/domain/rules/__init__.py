"""The rules for what two people in the field can really do, one file per row of docs/protocol.md, Domain conflicts.

Each is a pure function of what both sides said; the handlers beside this folder call them. Invariant: both sides are kept.
"""

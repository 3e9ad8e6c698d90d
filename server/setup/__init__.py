"""What the Makefile's commands do: prepare the environment, build the app, run the checks.

Neighbours: `server.bootstrap` is the only caller. Invariants: standard library only, since this runs before
anything is installed; a step that failed leaves no stamp, so it is done again.
"""

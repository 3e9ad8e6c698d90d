"""Measurements: our server beside a bare one and beside what the machine can do, in the same run (`python -m bench`)."""

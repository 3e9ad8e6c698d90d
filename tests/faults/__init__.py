"""Faults on real processes: killed servers and clients, a bad network, a full disk, writers against a reader."""

"""Deterministic simulation: production handlers, server and devices on simulated clock, network and disks."""

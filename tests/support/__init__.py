"""Helpers shared by several rooms of tests."""

"""Spreadsheets brought in and taken out. `columns.py` is the one place that says which fields there are."""

"""The rules of the house as tests: sizes, docstrings, locks, documents, deployment, the set-up itself."""

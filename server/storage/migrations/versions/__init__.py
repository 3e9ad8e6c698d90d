"""One file a revision, oldest first; how to add one stands in the package above."""

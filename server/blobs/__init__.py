"""Blobs: files named by their SHA-256 — received piece by piece, examined, kept, shown only to whoever may see them."""

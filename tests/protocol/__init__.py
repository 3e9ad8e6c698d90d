"""The protocol over HTTP, against the real application."""

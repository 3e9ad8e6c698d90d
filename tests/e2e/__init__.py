"""The story in a real browser against the real server: from the office's QR code to the proof in the office."""

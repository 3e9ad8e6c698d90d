"""Golden values that Python and TypeScript must both come to."""

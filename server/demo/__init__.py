"""The demo company: what a stranger sees after the first start, written through the engine."""

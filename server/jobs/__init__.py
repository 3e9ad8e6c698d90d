"""What the server does by itself, by the clock."""

"""Small parts by themselves: no server, no browser."""

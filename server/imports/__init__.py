"""What comes in as a file instead of over the network."""

"""Bad input to every exchange, and a walk over every wall, in one process without sockets."""

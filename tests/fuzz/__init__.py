"""Bad input to every exchange, and a walk over every wall, in one process without sockets."""

EXAMPLES = "HANDOVER_FUZZ_EXAMPLES"
"""Names how many examples are tried of each; set, they are chosen anew."""

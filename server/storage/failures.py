"""How a database fails. Neighbours: `database.py` says when; every room of storage raises these."""


class TransactionLost(Exception):
    """The database ended the transaction by itself (a full or failing disk, a lost connection). Nothing half-done of it is
    kept; whether its commit arrived can be unknown when the connection broke in that very moment: the request is repeated."""


class Unreachable(TransactionLost):
    """The database does not answer, or answered too late; nothing was changed."""

"""The same asset checked out twice: the earlier capture stands, the later is contested; neither signature is lost. Pure."""

from server.domain.rules.verdicts import Capture, Verdict


def second_checkout(known: Capture, new: Capture, same_rental: bool, office_decided: bool) -> Verdict:
    """`known` stands so far, `new` has come now. Two customers with one asset: the office is alerted at once. On one and the
    same rental nobody is wronged: it is noted."""
    earlier = new.order() < known.order()
    return Verdict(earlier and not office_decided, not same_rental or (earlier and office_decided))

"""How long is waited before what is transient is tried again."""

from shared.bus.consumer import LONGEST_WAIT, wait_out_for


def test_waits_grow_and_a_long_outage_ends_no_later_than_a_short_one() -> None:
    waits = [wait_out_for(failures) for failures in range(100)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[-1] == LONGEST_WAIT == 2.0

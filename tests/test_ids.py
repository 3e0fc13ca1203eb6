"""Laws of the identifiers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.ids import Address, Kind, pack, unpack, uuid7

addresses = st.builds(
    Address,
    kind=st.sampled_from(Kind),
    key=st.integers(0, 2**40 - 1),
    number=st.integers(0, 2**26 - 1),
    shape=st.integers(0, 2**28 - 1),
)
salts = st.integers(0, 2**24 - 1)


def test_uuid7_sorts_in_the_order_of_making() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}


@given(addresses, salts)
def test_a_packed_id_gives_its_address_back(address: Address, salt: int) -> None:
    packed = pack(address, salt)
    assert packed.version == 8
    assert packed.variant == "specified in RFC 4122"
    assert unpack(packed, salt) == address


@given(addresses, salts)
def test_a_packed_id_of_another_installation_is_not_ours(address: Address, salt: int) -> None:
    assert unpack(pack(address, salt), salt ^ 1) is None


def test_other_uuids_are_not_packed_ids() -> None:
    assert unpack(uuid7(), 7) is None


def test_an_address_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        pack(Address(Kind.ASSET, 2**40), 0)

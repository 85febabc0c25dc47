"""What of a network address tells one household or office from another."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

_HOUSEHOLD_PREFIX: Final = 64


def network_of(address: str) -> str:
    """The address; of IPv6 the /64, which is one household's; IPv4 in IPv6 as itself."""
    parsed = parse_address(address)
    if parsed is None:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), _HOUSEHOLD_PREFIX), strict=False))
    return str(parsed)


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    parsed = parse_address(address)
    return parsed is not None and parsed.is_loopback


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    parsed = parse_address(address)
    return parsed is not None and any(parsed in network for network in networks)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address; IPv4 in IPv6 as itself; None where it is none."""
    try:
        parsed = ip_address(text.strip())
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed

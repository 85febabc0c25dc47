"""What of a network address tells one household or office from another."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_HOUSEHOLD_PREFIX: Final = 64


def network_of(address: str) -> str:
    """The address; of IPv6 the /64, which is one household's; IPv4 in IPv6 as itself."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), _HOUSEHOLD_PREFIX), strict=False))
    return str(parsed)


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback

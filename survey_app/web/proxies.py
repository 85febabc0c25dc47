"""What a proxy in front says about a request is believed from trusted proxies alone (JUNHENG_TRUSTED_PROXIES; none by default).

werkzeug's ProxyFix counts hops and believes whoever calls; here each hop must be named, so that nobody who reaches the service directly
can say that he is somebody else.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from survey_app.domain.network import Network, is_loopback, is_within, parse_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED_FOR: Final = "HTTP_X_FORWARDED_FOR"
FORWARDED_PROTO: Final = "HTTP_X_FORWARDED_PROTO"
FORWARDED_HOST: Final = "HTTP_X_FORWARDED_HOST"
FORWARDED_PREFIX: Final = "HTTP_X_FORWARDED_PREFIX"
_FORWARDED: Final = (
    FORWARDED_FOR,
    FORWARDED_PROTO,
    FORWARDED_HOST,
    FORWARDED_PREFIX,
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)

log = logging.getLogger(__name__)


class TrustedProxies:
    """A WSGI application that sees address, scheme, host and prefix as the trusted proxies in front of it do."""

    def __init__(self, inner: "WSGIApplication", trusted: Sequence[Network]) -> None:
        self._inner = inner
        self._trusted = trusted
        self._has_warned = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if any(name in environ for name in _FORWARDED):
            if is_within(environ.get("REMOTE_ADDR", ""), self._trusted):
                self._believe(environ)
            elif not self._has_warned:
                self._has_warned = True
                _warn(environ.get("REMOTE_ADDR", ""))
        return self._inner(environ, start_response)

    def _believe(self, environ: "WSGIEnvironment") -> None:
        environ["REMOTE_ADDR"] = self._client(environ)
        scheme, host, prefix = (_last(environ, name) for name in (FORWARDED_PROTO, FORWARDED_HOST, FORWARDED_PREFIX))
        if scheme.lower() in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme.lower()
        if host:
            environ["HTTP_HOST"] = host
        if prefix.startswith("/"):
            environ["SCRIPT_NAME"] = prefix.rstrip("/")

    def _client(self, environ: "WSGIEnvironment") -> str:
        """The last hop that is not a trusted proxy: each proxy appends whom it saw, and only a trusted one's word counts."""
        address: str = environ["REMOTE_ADDR"]
        for hop in reversed(environ.get(FORWARDED_FOR, "").split(",")):
            if not is_within(address, self._trusted) or parse_address(hop) is None:
                break
            address = hop.strip()
        return address


def _last(environ: "WSGIEnvironment", name: str) -> str:
    """What the proxy that calls says itself: the last of the values."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def _warn(peer: str) -> None:
    """Without the address, unless it is this machine's own: it may be a phone's, and the log must not tell who came when."""
    where = peer if is_loopback(peer) else "an address"
    log.warning(
        "forwarded headers (X-Forwarded-For and so on) came from %s that is not in JUNHENG_TRUSTED_PROXIES, and are ignored;"
        " name the proxy there if it is yours: otherwise all clients seem to come from it, and pages to come over http",
        where,
    )

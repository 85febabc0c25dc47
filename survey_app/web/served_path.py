"""Where the service is reached: below the path that campaigns' addresses have, and without it as well.

Whether a proxy keeps that path or takes it off, what arrives here is served, and all links, forms and redirects carry it
(`script_root`). It is known from the campaigns, never from what a request says about hosts or prefixes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from survey_app.domain.clock import Clock

WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

KNOWN_FOR: Final = timedelta(seconds=1)
"""How long a process goes by what it has read: a campaign created or opened elsewhere counts after that."""
_SLASHES: Final = re.compile("//+")


class ServedPath:
    """The application below the paths that `read_paths` tells; the first of them is the one that links carry."""

    def __init__(
        self,
        application: WSGIApplication,
        read_paths: Callable[[], Sequence[str] | None],
        clock: Clock,
    ) -> None:
        self._application = application
        self._read_paths = read_paths
        self._clock = clock
        self._paths: Sequence[str] = ("",)
        self._read_at: datetime | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Splits the path of the request, unless the server in front has done so (`SCRIPT_NAME`)."""
        path = _SLASHES.sub("/", environ.get("PATH_INFO", ""))
        root = environ.get("SCRIPT_NAME", "")
        root, environ["PATH_INFO"] = (root, path) if root else self._split(path)
        environ["SCRIPT_NAME"] = root
        return self._application(environ, start_response)

    def _split(self, path: str) -> tuple[str, str]:
        """What the path begins with of what is known, in any letter case, and the rest; without that, what links are to carry."""
        paths = self._known()
        for known in paths:
            if known and f"{path}/".lower().startswith(f"{known}/".lower()):
                return known, path[len(known) :] or "/"
        return paths[0], path

    def _known(self) -> Sequence[str]:
        """A database that can't be read just now changes nothing."""
        now = self._clock.now()
        if self._read_at is None or abs(now - self._read_at) >= KNOWN_FOR:
            found = self._read_paths()
            self._paths, self._read_at = (found, now) if found else (self._paths, None)
        return self._paths

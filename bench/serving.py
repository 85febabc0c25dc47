"""One web server for both sides of a comparison: the service's own, with its workers."""

import os
import sys
from typing import Any

from survey_app.cli.web_server import WebServer
from survey_app.settings import read_settings


class BareServer(WebServer):
    """The same server around the bare page."""

    def load(self) -> Any:
        """The application of one web process."""
        from bench.bare_page import make_bare_page

        return make_bare_page()


if __name__ == "__main__":
    kind, port, workers = sys.argv[1:]
    server = {"bare": BareServer, "ours": WebServer}[kind]
    server(read_settings(os.environ), "127.0.0.1", int(port), int(workers)).run()

"""A browser without scripts, for tests and benchmarks that speak to a running service as staff do."""

import http.cookiejar
import re
import time
import urllib.parse
import urllib.request
import uuid


class Browser:
    """Keeps cookies, follows redirects, and does what `<meta http-equiv="refresh">` says."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        return self._send(urllib.request.Request(self.address + path))

    def post(self, path: str, fields: dict[str, str], page: str) -> str:
        data = urllib.parse.urlencode(fields | {"csrf_token": csrf_of(page)}).encode()
        return self._send(urllib.request.Request(self.address + path, data=data))

    def upload(self, path: str, name: str, content: bytes) -> str:
        mark = uuid.uuid4().hex
        token = csrf_of(self.get(path))
        head = f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{mark}\r\n'
        head += f'Content-Disposition: form-data; name="workbook"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(self.address + path, data=body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        return self._send(request)

    def wait(self, page: str) -> str:
        """The page after those that say that they will look again."""
        for _ in range(120):
            if 'http-equiv="refresh"' not in page:
                return page
            time.sleep(0.5)
            page = self._send(urllib.request.Request(self.here))
        raise AssertionError("it never came")

    def _send(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=60) as answer:
            self.here = answer.geturl()
            return str(answer.read().decode())


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)

"""A folder behind a local web server, and a real browser that runs a script in one of its pages."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .test_browser import BROWSER

PROBE = "/probe.js"
TELL = """const tell = async (said) => {
  const answer = await fetch("/told", { method: "POST", body: JSON.stringify(said) });
  return answer.text();
};
"""
Changed = Callable[[str], str]


class Handler(SimpleHTTPRequestHandler):
    """Files as they are on disk; in the page a script more, which tells the test what it sees."""

    server: Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == PROBE:
            self._answer(self.server.probe.encode(), "text/javascript")
        elif path == "/":
            page = self.server.changed((self.server.folder / "index.html").read_text(encoding="utf-8"))
            self._answer(page.replace("</body>", f'<script src="{PROBE}"></script></body>').encode(), "text/html")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.put(said)
        word = self.server.may_go_on.get(timeout=60)  # the test has looked, and has changed what it wants to change
        self._answer(word.encode(), "text/plain")

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")  # as servers of npm packages do
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, probe: str) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.folder, self.probe = folder, probe
        self.changed: Changed = str
        self.told: queue.Queue[Mapping[str, Any]] = queue.Queue()
        self.may_go_on: queue.Queue[str] = queue.Queue()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def next(self) -> Mapping[str, Any]:
        """What the script in the page tells next; it then waits until `go_on`."""
        return self.told.get(timeout=120)

    def go_on(self, word: str = "") -> None:
        """Let the script go on; the word is what its `tell` answers."""
        self.may_go_on.put(word)


@contextmanager
def browsed(folder: Path, probe: str, profile: Path) -> Iterator[Server]:
    """A browser that has opened the folder's page, with a script in it that calls `tell`."""
    server = Server(folder, TELL + probe)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    command = [str(BROWSER), "--headless", "--disable-gpu", f"--user-data-dir={profile}", "--remote-debugging-port=0"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    address = f"http://127.0.0.1:{server.port}/"
    browser = subprocess.Popen([*command, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield server
    finally:
        server.go_on()
        browser.terminate()
        browser.wait(timeout=60)
        server.shutdown()
        server.server_close()
        serving.join()

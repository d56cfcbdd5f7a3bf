"""`python -m docs.gallery [PORT]`: serves the gallery of panels on this machine alone, until Ctrl+C."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from docs.gallery.serving import response


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = response(urlsplit(self.path).path)
        if found is None:
            return self.send_error(404)
        content, kind = found
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8600
print(f"The gallery: http://localhost:{port}/docs/gallery/index.html", flush=True)
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()

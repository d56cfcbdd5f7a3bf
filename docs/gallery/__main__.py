"""`python -m docs.gallery [PORT]`: serves the gallery of panels on this machine alone, until Ctrl+C."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
port = int(sys.argv[1]) if len(sys.argv) > 1 else 8600
print(f"The gallery: http://localhost:{port}/docs/gallery/", flush=True)
ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=str(ROOT))).serve_forever()

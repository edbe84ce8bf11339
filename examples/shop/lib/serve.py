"""What the shop's services share: a threaded HTTP server on $PORT that stops at once on SIGTERM."""

import os
import signal
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def say(text):
    print(text, flush=True)


def stop_on_term():
    def stop(_signal, _frame):
        say("stopped")
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        # HTTPServer would ask the resolver for its own name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        say(f"a client went away: {sys.exc_info()[1]}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, body, kind="text/plain; charset=utf-8", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        if self.path != "/health":
            say(f"{self.command} {self.path} {int(code)}")

    def log_message(self, format, *args):
        say(format % args)


def serve(handler):
    stop_on_term()
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"])
    with Server((host, port), handler) as server:
        say(f"listening on {host}:{port}")
        server.serve_forever()

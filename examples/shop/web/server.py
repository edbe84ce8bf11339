"""The shop's page. It is read anew for each request: edit it and reload."""

import pathlib

from serve import Handler, serve

PAGE = pathlib.Path(__file__).with_name("page.html")


class Web(Handler):
    def do_GET(self):
        if self.path == "/health":
            self.reply(200, b"ok\n")
        elif self.path in ("/", "/index.html"):
            self.reply(200, PAGE.read_bytes(), "text/html; charset=utf-8")
        else:
            self.reply(404, b"no such page\n")

    do_HEAD = do_GET


serve(Web)

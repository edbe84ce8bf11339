"""The shop's API: GET /teas, GET /orders, POST /orders (the body is a tea's id), POST /crash."""

import json
import os
import time
from urllib.parse import urlsplit

from kv import Store, StoreError
from serve import Handler, say, serve

ORDERS_KEPT = 8


def is_ours(origin):
    """Pages of other sites may neither read nor order."""
    host = urlsplit(origin).hostname or ""
    return host == "localhost" or host.endswith(".localhost")


class Api(Handler):
    def do_GET(self):
        self.answer({"/health": self.health, "/teas": self.teas, "/orders": self.orders})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        self.body = self.rfile.read(int(length) if length.isdigit() else 0)
        self.answer({"/orders": self.order, "/crash": self.crash})

    def answer(self, routes):
        origin = self.headers.get("Origin")
        if origin and not is_ours(origin):
            return self.reply(403, b"not for this origin\n")
        route = routes.get(urlsplit(self.path).path)
        try:
            status, value = route() if route else (404, {"error": "no such path"})
        except (StoreError, OSError) as error:
            status, value = 503, {"error": str(error)}
        headers = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")] if origin else []
        return self.reply(status, json.dumps(value).encode(), "application/json", headers)

    def health(self):
        with Store() as store:
            return 200, {"teas": len(store.get("teas") or [])}

    def teas(self):
        with Store() as store:
            teas = store.get("teas") or []
            stock = [store.get(f"stock:{tea['id']}") or 0 for tea in teas]
        return 200, {"pid": os.getpid(), "teas": [{**t, "stock": n} for t, n in zip(teas, stock)]}

    def orders(self):
        with Store() as store:
            return 200, {"orders": store.get("orders") or []}

    def order(self):
        wanted = self.body.decode("utf-8", "replace")
        with Store() as store:
            tea = next((t for t in store.get("teas") or [] if t["id"] == wanted), None)
            if not tea:
                return 404, {"error": f"no tea is called {wanted!r}"}
            try:
                left = store.add(f"stock:{wanted}", -1)
            except StoreError:
                return 409, {"error": f"{tea['name']} is sold out"}
            order = {"tea": tea["name"], "price": tea["price"], "at": time.strftime("%H:%M:%S")}
            store.append("orders", order, ORDERS_KEPT)
        say(f"sold {tea['name']}, {left} left")
        return 200, {"order": order, "left": left}

    def crash(self):
        say("asked to crash")
        os._exit(1)


serve(Api)

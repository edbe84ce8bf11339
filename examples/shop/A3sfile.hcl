# A small tea shop: a store, a task that fills it, an API and a web page.
#
#   store ◀── seed (task)
#     ▲         ▲
#     └── api ──┘ ◀── web        open http://web.localhost:7080/
#
# Everything is plain python3. Paths in this file are relative to it.

dev {
  proxy_port = 7080   # every service with a subdomain is at http://<subdomain>.localhost:7080/
  log_level  = "info" # a3s's own messages: trace, debug, info, warn or error

  # For every service; what a service sets itself is stronger.
  env = {
    PYTHONPATH              = "lib"
    PYTHONUNBUFFERED        = "1" # log lines appear when they are written
    PYTHONDONTWRITEBYTECODE = "1"
  }
}

# A key-value store that speaks lines over TCP. It has a port but no name in the proxy:
# "subdomain = null" leaves it out.
service "store" {
  cmd       = "python3 store/server.py"
  port      = 7411 # the program finds it in $PORT
  subdomain = null

  env = {
    STORE_FILE = "data/store.json"
  }

  # Ready when something accepts a connection on the port.
  health {
    type = "tcp"
  }
}

# A task runs once. What depends on it waits until it has ended with exit code 0.
service "seed" {
  kind       = "task"
  cmd        = "python3 seed/seed.py"
  depends_on = ["store"] # its port is in $A3S_STORE_PORT
}

service "api" {
  cmd        = "python3 api/server.py"
  port       = 7412
  depends_on = ["store", "seed"]

  # Save a file in one of these folders and the API is restarted, once for a burst of saves.
  # A request that comes meanwhile waits in the proxy.
  watch {
    paths    = ["api", "lib"]
    ignore   = ["*.tmp"]
    debounce = "300ms"
  }

  # Ready when GET /health is answered with a status from 200 to 399; unhealthy after three
  # failures in a row.
  health {
    type     = "http"
    path     = "/health"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }

  # The page has a button that kills this service: it comes back after 1s, then 2s, then 4s.
  restart {
    policy      = "on-failure"
    backoff     = "1s"
    max_backoff = "10s"
  }
}

# The page calls the API by its name, through the proxy: http://api.localhost:7080/
service "web" {
  cmd        = "python3 web/server.py"
  port       = 7413
  depends_on = ["api"]

  watch {
    paths = ["web"]
  }

  health {
    type = "http"
    path = "/health"
  }

  stop {
    signal  = "TERM"
    timeout = "2s"
  }
}

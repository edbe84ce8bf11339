dev {
  hold = "1m"
  env  = { LEVEL = "debug" }
}

service "queue" {
  cmd       = "nats-server"
  port      = 4222
  subdomain = null
}

service "api" {
  cmd        = "python3 -u api.py"
  port       = 7002
  depends_on = ["queue"]
  labels     = ["back"]

  health {
    type     = "http"
    path     = "/health"
    interval = "5s"
  }
}

service "web" {
  cmd        = "npm run dev"
  port       = 3000
  subdomain  = "www"
  depends_on = ["api"]

  env = {
    API_TOKEN = env("API_TOKEN", "second")
    API_HOST  = env("API_HOST", "localhost")
    THEME     = "dark"
  }
}

service "docs" {
  cmd = "mkdocs serve"
  env = { LEVEL = "info" }

  watch {
    paths = ["docs"]
  }
}

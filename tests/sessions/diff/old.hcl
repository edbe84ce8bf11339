dev {
  hold = "30s"
  env  = { LEVEL = "info" }
}

service "cache" {
  cmd       = "redis-server"
  port      = 6379
  subdomain = null
}

service "api" {
  cmd        = "python3 api.py"
  port       = 7002
  depends_on = ["cache"]

  health {
    type     = "http"
    path     = "/health"
    interval = "2s"
  }
}

service "web" {
  cmd        = "npm run dev"
  port       = 3000
  depends_on = ["api"]

  env = {
    API_TOKEN = env("API_TOKEN")
    THEME     = "dark"
  }
}

service "docs" {
  cmd = "mkdocs serve"
}

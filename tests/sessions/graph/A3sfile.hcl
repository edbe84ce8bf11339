# Ten services: three that all others rest on, tasks between, one that is not started by itself.
service "postgres" {
  cmd       = "postgres -D data"
  port      = 5432
  subdomain = null
  health { type = "tcp" }
}

service "redis" {
  cmd       = "redis-server"
  port      = 6379
  subdomain = null
  health { type = "tcp" }
}

service "mail" {
  cmd       = "mailpit"
  port      = 1025
  subdomain = null
}

service "migrate" {
  kind       = "task"
  cmd        = "./migrate up"
  depends_on = ["postgres"]
}

service "seed" {
  kind       = "task"
  cmd        = "./seed"
  depends_on = ["migrate"]
}

service "auth" {
  cmd        = "./auth"
  port       = 7001
  depends_on = ["migrate", "redis"]
  health {
    type = "http"
    path = "/health"
  }
}

service "api" {
  cmd        = "./api"
  port       = 7002
  depends_on = ["seed", "auth", "redis"]
  health {
    type = "http"
    path = "/internal/health?full=1"
  }
}

service "worker" {
  cmd        = "./worker"
  depends_on = ["seed", "redis", "mail"]
}

service "web" {
  cmd        = "npm run dev"
  port       = 0
  depends_on = ["api", "auth"]
  health {
    type = "http"
    path = "/"
  }
}

service "e2e" {
  kind       = "task"
  cmd        = "npm run e2e"
  disabled   = true
  depends_on = ["web", "worker"]
}

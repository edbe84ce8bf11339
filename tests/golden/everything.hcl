# Every attribute, none at its default.
dev {
  proxy_port = 7081
  log_level  = "debug"
  domain     = "dev.localhost"
  hold       = "1m"
  env = {
    SHARED = "dev"
    COMMON = "dev"
  }
}

service "web" {
  cmd        = "FOO=1 npm run dev | tee log"
  dir        = "./apps//web/../web/"
  port       = 3000
  subdomain  = "www"
  depends_on = ["migrate", "api"]
  disabled   = false

  env = {
    SHARED = "web"
    API    = "http://api.dev.localhost:7081"
  }

  host = "upstream"

  watch {
    paths    = ["./apps/web/src/", "../shared", "/etc/hosts", "."]
    ignore   = ["target/", "*.lock"]
    restart  = false
    debounce = "250ms"
  }

  health {
    type          = "http"
    path          = "/health?full=1"
    port          = 3001
    status        = "200-299"
    interval      = "5s"
    timeout       = "3s"
    retries       = 5
    start_timeout = "1h30m"
  }

  restart {
    policy       = "always"
    backoff      = "2s"
    max_backoff  = "1m"
    reset_after  = "5m"
    max_restarts = 7
    on_unhealthy = true
  }

  stop {
    signal  = "INT"
    timeout = "10s"
  }
}

service "api" {
  cmd  = ["./api", "--greeting", "it's me", ""]
  port = 0
  health {
    type = "tcp"
  }
}

service "migrate" {
  cmd      = "./migrate 'all of it' \"now\""
  kind     = "task"
  disabled = false
  restart {
    policy = "never"
  }
}

service "tool" {
  cmd      = "./tool"
  disabled = true
}

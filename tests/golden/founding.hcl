# A3sfile.hcl — local dev orchestration config

# Global settings
dev {
  proxy_port = 7080          # single port for all *.localhost routing
  log_level  = "info"        # trace | debug | info | warn | error
}

# Service definition block — one per service
service "gateway" {
  cmd       = "cargo run -p a3s-gateway -- --config crates/gateway/gateway.hcl"
  dir       = "crates/gateway"
  port      = 8080
  subdomain = "gateway"      # routes gateway.localhost:7080 -> localhost:8080

  env = {
    RUST_LOG = "info"
  }

  watch {
    paths   = ["crates/gateway/src", "crates/gateway/gateway.hcl"]
    ignore  = ["target", "*.lock"]
    restart = true
  }

  health {
    type     = "http"
    path     = "/health"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }
}

service "power" {
  cmd       = "cargo run -p a3s-power"
  dir       = "crates/power"
  port      = 11434
  subdomain = "power"

  env = {
    RUST_LOG = "info"
  }

  watch {
    paths   = ["crates/power/src"]
    restart = true
  }

  health {
    type     = "http"
    path     = "/api/health"
    interval = "3s"
    timeout  = "2s"
    retries  = 5
  }
}

service "search" {
  cmd       = "cargo run -p a3s-search"
  dir       = "crates/search"
  port      = 8081
  subdomain = "search"

  watch {
    paths   = ["crates/search/src"]
    restart = true
  }

  health {
    type     = "tcp"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }
}

service "event" {
  cmd       = "cargo run -p a3s-event"
  dir       = "crates/event"
  port      = 4222
  subdomain = "event"

  health {
    type     = "tcp"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }
}

service "lane" {
  cmd        = "cargo run -p a3s-lane"
  dir        = "crates/lane"
  port       = 8082
  subdomain  = "lane"
  depends_on = ["event"]

  health {
    type     = "http"
    path     = "/health"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }
}

service "safeclaw" {
  cmd        = "cargo run -p a3s-safeclaw"
  dir        = "crates/safeclaw"
  port       = 8083
  subdomain  = "safeclaw"
  depends_on = ["power"]

  watch {
    paths   = ["crates/safeclaw/src"]
    restart = true
  }

  health {
    type     = "http"
    path     = "/health"
    interval = "2s"
    timeout  = "1s"
    retries  = 3
  }
}

service "box" {
  cmd        = "cargo run -p a3s-box"
  dir        = "crates/box"
  port       = 8084
  subdomain  = "box"
  depends_on = ["safeclaw", "power"]

  health {
    type     = "http"
    path     = "/health"
    interval = "3s"
    timeout  = "2s"
    retries  = 5
  }
}

service "os" {
  cmd        = "pnpm dev"
  dir        = "apps/os"
  port       = 3000
  subdomain  = "os"
  depends_on = ["gateway", "power", "search"]

  watch {
    paths   = ["apps/os/src"]
    restart = false          # Next.js/NestJS handle their own HMR
  }

  health {
    type     = "http"
    path     = "/api/health"
    interval = "3s"
    timeout  = "2s"
    retries  = 5
  }
}

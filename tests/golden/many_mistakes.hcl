# Many mistakes, each reported once, in one run.
dev {
  proxy_port = "http"
  log_levl   = "info"
  domain     = localhost
  hold       = 30
}

service "gateway" {
  cmd        = "cargo run 'a3s"
  port       = 80800
  subdomain  = "Gateway"
  depends_on = ["powr", "gateway"]

  helth {
    type = "http"
  }
}

service "power" {
  port = 8080
  env  = { "" = "x" }

  watch {
    ignore = ["target"]
  }

  health {
    type     = "tpc"
    interval = "1s"
    timeout  = "2s"
  }
}

service "power" {
  cmd = "./power"
}

service "search" {
  cmd        = ["cargo", ["run"]]
  port       = 8080
  depends_on = ["lane", "lane"]
}

service "lane" {
  cmd        = "./lane"
  port       = 8081
  depends_on = ["search"]

  health {
    type = "tcp"
    path = "/"
  }
}

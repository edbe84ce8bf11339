dev {
  proxy_port = [7080]
  domain     = {}
  env        = ["A=b"]
}

service "a" {
  cmd        = { run = "./a" }
  dir        = []
  port       = "http"
  subdomain  = ["a"]
  env        = { A = [], B = null }
  depends_on = "b"
  kind       = []
  disabled   = "yes"
  watch {
    paths   = "src"
    restart = 1
  }
  health {
    type     = {}
    port     = 80.5
    status   = []
    interval = true
    path     = []
  }
}

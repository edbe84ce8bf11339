dev {
  proxy_port = 65536
  hold       = "25h"
}

service "a" {
  cmd  = "./a"
  port = -1
  health {
    type    = "http"
    retries = 0
    port    = 0
    timeout = "0s"
  }
  restart {
    max_restarts = 1e30
  }
}

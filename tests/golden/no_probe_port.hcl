service "worker" {
  cmd = "./worker"
  health {
    type = "tcp"
  }
}

service "own" {
  cmd = "./own"
  health {
    type = "http"
    port = 9100
  }
}

service "broken" {
  cmd  = "./broken"
  port = "x" # one mistake, not two
  health {
    type = "tcp"
  }
}

dev {
  hold = 30
}

service "a" {
  cmd = "./a"
  stop {
    timeout = "5"
  }
  restart {
    backoff     = "one second"
    max_backoff = ""
    reset_after = "0.1ms"
  }
}

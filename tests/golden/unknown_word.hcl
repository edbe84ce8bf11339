dev {
  log_level = "inof"
}

service "a" {
  cmd  = "./a"
  kind = "cronjob"
  health {
    type = "HTTP"
    port = 80
  }
  stop {
    signal = "TREM"
  }
  restart {
    policy = "onfailure"
  }
}

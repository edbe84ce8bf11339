service "a" {
  cmd  = "./a"
  port = 3000
  health {
    type   = "tcp"
    path   = "/health"
    status = "200"
  }
}

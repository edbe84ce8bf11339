dev {
  hold = "1m"
}

service "queue" {
  cmd  = "nats-server"
  port = 4222
}

service "api" {
  port = 8080
  cmd  = "python3 -u api.py"

  depends_on = ["queue"]
}

service "web" {
  cmd  = "python3 web.py"
  port = 8081

  health {
    type     = "tcp"
    interval = "5s"
  }
}

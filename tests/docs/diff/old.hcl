dev {
  hold = "30s"
}

service "cache" {
  cmd  = "redis-server"
  port = 6379
}

service "api" {
  port = 8080
  cmd  = "python3 api.py"

  depends_on = ["cache"]
}

service "web" {
  cmd  = "python3 web.py"
  port = 8081

  health {
    type = "tcp"
  }
}

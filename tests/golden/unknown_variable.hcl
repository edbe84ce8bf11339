dev {
  log_level = info
}

service "a" {
  cmd  = "./a --port ${service.b.port}"
  port = var.port
}

service "a" {
  cmd  = "./a"
  port = 3000
  health {
    type   = "http"
    status = "2xx"
  }
}

service "b" {
  cmd  = "./b"
  port = 3001
  health {
    type   = "http"
    status = "399-200"
  }
}

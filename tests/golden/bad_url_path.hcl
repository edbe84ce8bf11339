service "a" {
  cmd  = "./a"
  port = 3000
  health {
    type = "http"
    path = "health"
  }
}

service "b" {
  cmd  = "./b"
  port = 3001
  health {
    type = "http"
    path = "/is it up"
  }
}

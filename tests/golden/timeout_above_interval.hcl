service "a" {
  cmd  = "./a"
  port = 3000
  health {
    type     = "tcp"
    interval = "2s"
    timeout  = "2500ms"
  }
}

service "b" {
  cmd  = "./b"
  port = 3001
  health {
    type    = "tcp"
    timeout = "3s"
  }
}

service "c" {
  cmd  = "./c"
  port = 3002
  health {
    type     = "tcp"
    interval = "500ms"
  }
}

service "d" {
  cmd  = "./d"
  port = 3003
  health {
    type     = "tcp"
    interval = "1s"
    timeout  = "1s"
  }
}

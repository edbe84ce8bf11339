# Each attribute with a type that has no use for it.
service "a" {
  cmd  = "./a"
  port = 8080
  health {
    type    = "tcp"
    path    = "/"
    status  = "200"
    cmd     = "true"
    pattern = "x"
  }
}

service "b" {
  cmd = "./b"
  health {
    type = "exec"
    port = 80
  }
}

service "c" {
  cmd = "./c"
  health {
    type = "log"
    path = "/"
  }
}

service "d" {
  cmd  = "./d"
  port = 0
  health {
    type = "http"
    cmd  = ["true"]
  }
}

service "e" {
  cmd = "./e"
  health {
    path = "/"
  }
}

service "f" {
  cmd = "./f"
  health {
    type    = "log"
    pattern = 1 / 0
  }
}

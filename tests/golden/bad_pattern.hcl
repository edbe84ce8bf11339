service "a" {
  cmd = "./a"
  health {
    type    = "log"
    pattern = "ready ("
  }
}

service "b" {
  cmd = "./b"
  health {
    type    = "log"
    pattern = ""
  }
}

service "a" {
  cmd = "./a"
  log {
    file     = "a.log"
    max_size = 10
  }
}

service "b" {
  cmd = "./b"
  log {
    file     = "b.log"
    max_size = "10MB"
  }
}

service "c" {
  cmd = "./c"
  log {
    file     = "c.log"
    max_size = "4095B"
    keep     = 1001
  }
}

service "d" {
  cmd = "./d"
  log {
    max_size = ["1GiB"]
  }
}

service "e" {
  cmd = "./e"
  log {
    file     = "e.log"
    max_size = "99999999999999999999GiB"
  }
}

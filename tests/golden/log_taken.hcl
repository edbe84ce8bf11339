service "a" {
  cmd = "./a"
  log {
    file = "./logs/all.log"
  }
}

service "b" {
  cmd = "./b"
  log {
    file = "logs/all.log"
  }
}

service "c" {
  cmd = "./c"
  log {
    file = "logs/${env("NAME")}.log"
  }
}

service "d" {
  cmd = "./d"
  log {
    file = "logs/${env("NAME")}.log"
  }
}

servcie "a" {
  cmd = "./a"
}

health {
  type = "tcp"
}

service "b" {
  cmd = "./b"
  env {
    A = "b"
  }
  service "c" {
    cmd = "./c"
  }
  zzz {
  }
}

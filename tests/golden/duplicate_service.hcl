service "web" {
  cmd = "./a"
}

service "web" {
  cmd  = "./b"
  prot = 1
}

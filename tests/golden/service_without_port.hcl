service "a" {
  cmd = "./a ${service.b.url} ${service.c.port}"
}

service "b" {
  cmd = "./b"
}

service "c" {
  cmd = "./c"
  prt = 80
}

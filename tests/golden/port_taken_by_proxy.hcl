dev {
  proxy_port = 9000
}

service "a" {
  cmd  = "./a"
  port = 9000
}

service "b" {
  cmd  = "./b"
  port = 7080
}

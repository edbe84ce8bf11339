dev {
  domain = "my domain"
}

service "a" {
  cmd       = "./a"
  port      = 3000
  subdomain = "My_API"
}

service "b" {
  cmd       = "./b"
  port      = 3001
  subdomain = "-b"
}

service "c" {
  cmd       = "./c"
  port      = 3002
  subdomain = "v1.c"
}

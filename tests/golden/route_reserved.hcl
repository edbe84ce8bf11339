service "a3s" {
  cmd  = "./site"
  port = 3000
}

service "b" {
  cmd       = "./b"
  port      = 3001
  subdomain = "a3s"
}

service "c" {
  cmd       = "./c"
  port      = 3002
  subdomain = null
}

service "Web" {
  cmd  = "./web"
  port = 3000
}

service "admin" {
  cmd       = "./admin"
  port      = 3001
  subdomain = "web"
}

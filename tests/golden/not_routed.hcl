service "user_api" {
  cmd  = "./user-api"
  port = 8080
}

service "other_api" {
  cmd       = "./other-api"
  port      = 8081
  subdomain = null
}

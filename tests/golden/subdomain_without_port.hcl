service "a" {
  cmd       = "./a"
  subdomain = "a"
}

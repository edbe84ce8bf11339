service "a" {
  cmd    = "./a"
  labels = ["web", "db", "web"]
}

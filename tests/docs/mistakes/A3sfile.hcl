service "api" {
  cmd        = "./api"
  port       = 8080
  depends_on = ["stroe"]
}

service "store" {
  cmd  = "./store"
  prot = 5432
}

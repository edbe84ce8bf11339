service "api" {
  cmd        = "./api"
  depends_on = ["api"]
}

service "db" {
  cmd      = "./db"
  disabled = true
}

service "api" {
  cmd        = "./api"
  depends_on = ["db"]
}

service "tool" {
  cmd        = "./tool"
  depends_on = ["db"] # disabled itself: no mistake
  disabled   = true
}

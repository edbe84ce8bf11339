service "a" {
  cmd        = "./a"
  depends_on = ["b", "c", "b"]
}

service "b" {
  cmd = "./b"
}

service "c" {
  cmd = "./c"
}

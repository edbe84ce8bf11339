service "a" {
  cmd        = "./a"
  depends_on = ["bb"]
}

service "b" {
  comand = "./b"
  cmd    = "./b"
}

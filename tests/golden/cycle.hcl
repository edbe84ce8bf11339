service "a" {
  cmd        = "./a"
  depends_on = ["b"]
}

service "b" {
  cmd        = "./b"
  depends_on = [
    "free",
    "c",
  ]
}

service "c" {
  cmd        = "./c"
  depends_on = ["a"]
}

service "free" {
  cmd = "./free"
}

service "waits" {
  cmd        = "./waits"
  depends_on = ["a"]
}

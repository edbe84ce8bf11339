service "a" {
  cmd = "grep 'two words"
}

service "b" {
  cmd = "  "
}

service "c" {
  cmd = []
}

service "d" {
  cmd = ["", "x"]
}

service "e" {
  cmd = "'' x"
}

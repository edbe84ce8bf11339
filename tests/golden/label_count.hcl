dev "x" {
}

service {
  cmd = "./a"
}

service "b" "c" {
  cmd = "./b"
  stop "now" {
  }
}

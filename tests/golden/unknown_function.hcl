service "a" {
  cmd  = upper("./a")
  port = number(8080)
}

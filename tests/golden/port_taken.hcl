service "a" {
  cmd  = "./a"
  port = 8080
}

service "b" {
  cmd  = "./b"
  port = "8080"
}

service "c" {
  cmd  = "./c"
  port = 7080
}

service "free" {
  cmd  = "./free"
  port = 0
}

service "free-too" {
  cmd  = "./free-too"
  port = 0
}

service "user api" {
  cmd  = "./a"
  port = 3000
}

service "" {
  cmd = "./b"
}

service "_fine.v-1" {
  cmd = "./c"
}

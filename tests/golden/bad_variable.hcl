service "a" {
  cmd = "./a"
  env = {
    ""    = "a"
    "A=B" = "c"
    C     = "d"
  }
}

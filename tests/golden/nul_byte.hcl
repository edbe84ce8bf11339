service "a" {
  cmd = "./a\u0000b"
  env = {
    A = "x\u0000y"
  }
  depends_on = ["\u0000"]
}

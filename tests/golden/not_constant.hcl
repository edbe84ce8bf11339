service "a" {
  cmd        = "./a"
  port       = 8000 + 80
  dir        = true ? "a" : "b"
  depends_on = [for x in ["b"] : x]
  env        = { A = ["a"][0] }
}

service "a" {
  cmd        = "./a"
  dir        = ""
  depends_on = [""]
  watch {
    paths  = []
    ignore = ["target", ""]
  }
}

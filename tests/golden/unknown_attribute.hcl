proxy_port = 7081

service "a" {
  cmd        = "./a"
  depends    = []
  interval   = "2s"
  health     = { type = "tcp" }
  zzzzzzzzzz = 1
  watch {
    paths  = ["src"]
    ignroe = ["target"]
  }
}

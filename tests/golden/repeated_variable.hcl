service "a" {
  cmd = "./a"
  env = {
    LOG = "info"
    ONE = "1"
    LOG = "debug"
  }
}

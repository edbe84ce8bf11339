locals {
  missing = file("no/such/file")
  folder  = file(".")
  empty   = file("")
  caught  = try(file("no/such/file"), "nothing")
}

service "a" {
  cmd = "./a ${local.caught}"
  env = { DEVICE = file("/dev/null"), LATE = file(env("X")) }
}

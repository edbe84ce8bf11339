# One error a circle; whoever only looks at one is not in it.
locals {
  self    = "${local.self}!"
  outside = local.a
  a       = local.b
  b       = [local.c]
  c       = { x = local.a }
  port    = service.two.port
}

service "one" {
  cmd  = "./one"
  port = local.port
  env  = { OUTSIDE = local.outside, SELF = local.self }
}

service "two" {
  cmd  = "./two"
  port = service.one.port + 1
}

service "three" {
  cmd  = "./three"
  port = service.three.port
}

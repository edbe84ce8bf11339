locals {
  nested {
  }
}

locals "name" {
  typo = local.tpyo
  tpo  = 1
  bare = local
  key  = local[1]
}

variable {
}

variable "a" "b" {
  default = 1
}

service "a" {
  cmd  = "./a"
  port = local.missing
  env  = { A = var.b, B = [for local in ["x"] : local][0] }
}

locals {
  port = 8080
}

locals {
  port = nope
}

variable "port" {
  default = 1
}

variable "port" {
}

service "a" {
  cmd  = "./a"
  port = local.port + var.port
}

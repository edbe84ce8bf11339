# golden: port=http debug=maybe tags={a=1} limits=[1 name=7 twice=[1]
variable "port" {
  default = 8080
}

variable "debug" {
  default = false
}

variable "tags" {
  default = ["a"]
}

variable "limits" {
  default = { a = 1 }
}

variable "name" {
  default = "x"
}

variable "user name" {
}

variable "twice" {
  default = []
  kind    = "list"
}

variable "refers" {
  default = var.port
}

variable "late" {
  default = [env("HOME")]
}

service "a" {
  cmd      = "./a ${var.name}"
  port     = var.port
  disabled = var.debug
  labels   = var.tags
}

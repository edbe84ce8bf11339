# golden: refuse token=abc
variable "token" {
  sensitive = true
}

variable "bad" {
  sensitive = true
  default   = ["a"]
}

service "a" {
  cmd = ["./a", var.token, var.bad]
}

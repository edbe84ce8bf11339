# golden: prot=1 other=2
variable "port" {
  default = 8080
}

service "a" {
  cmd  = "./a"
  port = var.port
}

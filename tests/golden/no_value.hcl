variable "region" {
  description = "where it runs"
}

variable "zone" {
  default = null
}

service "a" {
  cmd = "./a --region ${var.region} ${upper(var.zone)}"
}

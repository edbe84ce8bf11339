# golden: name=world port=9000 tags=["a","b"] debug=true
variable "name" {
  description = "who is greeted"
}

variable "port" {
  default = 8080
}

variable "tags" {
  default = []
}

variable "debug" {
  default = false
}

variable "token" {
  sensitive = true
}

variable "password" {
  sensitive = true
  default   = 1234
}

locals {
  greeting = "hello ${local.who}"
  common   = { TOKEN = var.token, PASSWORD = var.password, DB = service.db.url }
}

locals {
  who = var.name
}

dev {
  env      = { GREETING = local.greeting, HOME = env("HOME") }
  env_file = ".env"
}

service "web" {
  cmd       = "./web '--db=${service.db.port} x' ${env("EXTRA", "")} pre${env("MID")}post -v"
  dir       = "${env("ROOT", ".")}/web"
  port      = var.port
  env       = merge(local.common, { URL = service.web.url, HOST = service.db.host })
  env_file  = ["./conf/../.env", "web.env"]
  pre_start = ["./prepare", "it's", "${env("A")} ${env("B")}"]
  post_stop = "rm -f web.pid && echo gone"
  labels    = var.tags
  tty       = var.debug
  health {
    type = "http"
    path = "/health/${env("KEY")}?full=1"
  }
  log {
    file     = "./logs//web.log"
    max_size = "1GiB"
    keep     = 0
  }
}

service "db" {
  cmd  = ["./db", "--motd", file("values.txt"), "--next", service.web.port + 1]
  port = 0
  health {
    type = "exec"
    cmd  = "pg_isready -p ${service.db.port}"
  }
  log {
    file = "logs/${env("NAME", "db")}.log"
  }
}

service "worker" {
  cmd = "./worker"
  health {
    type    = "log"
    pattern = "ready in \\d+ms"
  }
}

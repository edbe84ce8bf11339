# golden: list refuse prot=1 secret=x
# One of every mistake that can be in one file; each is reported, once, and nothing that follows from it.
dev {
  domain    = "Local_host"
  hold      = 30
  log_level = "loud"
  log_level_ = 1
}

dev {
}

locals {
  circle = local.circle
  twice  = 1
  list   = ["a"]
  null   = null
}

locals {
  twice = 2
}

variable "empty" {
}

variable "secret" {
  sensitive = true
}

service "bad name" {
  cmd = "./a"
}

service "self" {
  cmd        = "./self"
  depends_on = ["self", "nobody", "off", "ok", "ok"]
}

service "off" {
  cmd      = "./off"
  disabled = true
}

service "circle1" {
  cmd        = "./c1"
  depends_on = ["circle2"]
}

service "circle2" {
  cmd        = "./c2"
  depends_on = ["circle1"]
}

service "ok" {
  cmd  = "./ok"
  port = 3000
}

service "ok" {
  cmd = "./again"
}

service "port" {
  cmd       = "./port"
  port      = 3000
  subdomain = "ok"
}

service "a3s" {
  cmd  = "./a3s"
  port = 3001
}

service "under_score" {
  cmd  = "./u"
  port = 3002
}

service "blocks" {
  cmd = "./blocks"
  helth {
  }
  stop "label" {
    signal  = "TERM"
    timeout = "25h"
  }
}

service "nothing" {
}

service "types" {
  cmd        = "./types"
  port       = "many"
  depends_on = [""]
  labels     = ["x", "x"]
  env        = { "A=B" = "1", NUL = "a\u0000b" }
}

service "env" {
  cmd       = "./env 'open"
  env       = { A = "1", A = "2" }
  subdomain = "env"
}

service "probe" {
  cmd = "./probe"
  health {
    type     = "tcp"
    path     = "/"
    interval = "1s"
    timeout  = "2s"
  }
}

service "probe2" {
  cmd  = "./probe"
  port = 3003
  health {
    type   = "http"
    path   = "health"
    status = "99"
  }
}

service "probe3" {
  cmd = "./probe"
  health {
    type    = "log"
    pattern = "("
  }
}

service "task" {
  cmd  = "./task"
  kind = "task"
  health {
    type = "exec"
    cmd  = "true"
  }
  restart {
    backoff = "1m"
  }
}

service "log1" {
  cmd = "./log"
  watch {
    paths = ["."]
  }
  log {
    file     = "all.log"
    max_size = "1MB"
  }
}

service "log2" {
  cmd = "./log"
  log {
    file = "all.log"
  }
}

service "values" {
  cmd = "./values ${nothing} ${service.nowhere.url} ${service.off.port}"
  dir = join("", [for i in range(0, 1000) : "${i}: all work and no play makes a dull path of this one, and a long one it is/"])
  env = {
    FUNCTION  = uppercase("x")
    OPERAND   = 1 + "x"
    OPERATION = 1 / 0
    NUMBER    = 1e99999
    CONDITION = "x" ? 1 : 2
    BRANCHES  = true ? [1] : { a = 1 }
    ATTRIBUTE = { a = 1 }.b
    INDEX     = ["a"][7]
    SPLAT     = tolist(local.null)[*].a
    LOOP      = [for x in 7 : x]
    KEY       = { null = 1, (null) = 2 }
    DUPLICATE = { for x in [1, 1] : "k" => x }
    TEXT      = "a${["x"]}"
    COUNT     = upper()
    ARGUMENT  = upper([])
    EXPANSION = max(7...)
    FAILED    = max()
  }
}

service "later" {
  cmd      = "echo ${env("X")} | cat"
  disabled = env("X")
}

service "work" {
  cmd = [for a in range(0, 1000) : "${length([for b in range(0, 1000) : range(0, 1000)])}"]
}

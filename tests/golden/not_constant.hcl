# A value that is known only at start, where it must be known before.
variable "secret" {
  sensitive = true
}

locals {
  late = env("LATE", "never")
  all  = [env("A"), "b"]
}

dev {
  domain   = env("DOMAIN")
  env_file = [".env", env("FILE")]
}

service "a" {
  cmd        = "./a"
  port       = env("PORT")
  depends_on = [local.late]
  kind       = "${local.late}"
  tty        = env("TTY")
  labels     = local.all
  env = {
    UPPER = upper(var.secret)
    SUM   = service.b.port + 1
    COND  = local.late == "x" ? "a" : "b"
    JOIN  = join(",", local.all)
    LOOP  = [for c in local.late : c]
    IF    = "%{ if local.late }x%{ endif }"
    INDEX = { a = 1 }[local.late]
    NOT   = !local.late
    KEEP  = merge({ A = env("A") }, { B = "b" })["B"]
  }
  watch {
    paths    = [service.b.url]
    debounce = env("DEBOUNCE")
  }
  log {
    file     = "${local.late}.log"
    max_size = env("SIZE")
  }
}

service "b" {
  cmd       = "./b"
  port      = 0
  subdomain = local.late
  env       = local.late
  health {
    type   = "http"
    status = local.late
    path   = local.late
  }
}

# Numbers, bools and strings become each other as everywhere in HCL.
dev {
  proxy_port = "7081"
}

service "a" {
  cmd      = ["./a", 1, true]
  port     = "8080"
  disabled = "false"
  env = {
    PORT  = 8080
    DEBUG = true
    HALF  = 0.5
    WHOLE = 2.0
    (1)   = "one"
  }
  health {
    type   = "http"
    status = 204
  }
}

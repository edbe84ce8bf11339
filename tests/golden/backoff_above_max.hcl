service "a" {
  cmd = "./a"
  restart {
    backoff     = "1m"
    max_backoff = "30s"
  }
}

service "b" {
  cmd = "./b"
  restart {
    backoff = "1m"
  }
}

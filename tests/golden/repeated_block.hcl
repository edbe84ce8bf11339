dev {
}

dev {
  log_level = "debug"
}

service "a" {
  cmd = "./a"
  watch {
    paths = ["a"]
  }
  watch {
    paths = ["b"]
  }
  watch {
    paths = ["c"]
  }
}

service "a" {
  cmd = "./a"
  watch {
    paths = ["src", "."]
  }
  log {
    file = "logs/a.log"
  }
}

service "b" {
  cmd = "./b"
  watch {
    paths  = ["."]
    ignore = ["*.log"]
  }
  log {
    file = "./logs/../b.log"
  }
}

service "c" {
  cmd = "./c"
  watch {
    paths  = ["./var"]
    ignore = ["logs/", "*.lock"]
  }
  log {
    file = "var/logs/c.log"
  }
}

service "d" {
  cmd = "./d"
  watch {
    paths = ["d.log"]
  }
  log {
    file = "d.log"
  }
}

service "e" {
  cmd = "./e"
  watch {
    paths = ["src"]
  }
  log {
    file = "srcs/e.log"
  }
}

service "f" {
  cmd = "./f"
  watch {
    paths = ["."]
  }
  log {
    file = "node_modules/f.log"
  }
}

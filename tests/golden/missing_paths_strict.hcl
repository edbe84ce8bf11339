# golden: paths strict
service "a" {
  cmd = "a3s-no-such-program --flag"
  dir = "no-such-folder"
  watch {
    paths = ["run.py", "no-such-file"]
  }
}

service "b" {
  cmd = "a3s-no-such-program --flag"
}

service "c" {
  cmd = ["./no-such-program"]
}

service "d" {
  cmd = "./run.py golden"
}

service "e" {
  cmd = "true"
}

service "f" {
  cmd = "no-such-program | true"
}

service "g" {
  cmd = "true"
  env = { PATH = "/nowhere" }
}

# golden: paths
service "a" {
  cmd       = "./no-such-a --flag"
  pre_start = "no-such-b"
  post_stop = ["no-such-c", "x"]
  health {
    type = "exec"
    cmd  = "no-such-d x"
  }
}

# What is in a shell's line, or known only at start, nobody can tell.
service "b" {
  cmd       = "no-such-e | cat"
  pre_start = [env("PROGRAM"), "x"]
}

service "c" {
  cmd = "no-such-f"
  env = { PATH = env("PATH") }
}

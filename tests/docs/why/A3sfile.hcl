# The session "a3s why lane" of docs/guide.md, which names lines of this file.
service "event" {
  cmd = "sleep 0.03; echo 'cannot open the queue' >&2; exit 3"

  health {
    type = "exec"
    cmd  = "false"
  }

  restart {
    policy = "never"
  }
}

service "lane" {
  cmd        = "sleep 1000"
  depends_on = ["event"]
}

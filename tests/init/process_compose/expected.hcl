# Made from process-compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

dev {
  env = {
    MODE = env("MODE", "dev")
  }
}

# from process-compose.yaml: line 6
# line 17: a3s stops by a signal; post_stop runs afterwards. It was: docker stop pg
# a probe takes no longer than its interval: its timeout is cut to that
service "db" {
  cmd = "docker run --rm --name pg -p 5432:5432 postgres"

  health {
    type     = "exec"
    cmd      = "pg_isready -h 127.0.0.1 | grep -q accepting"
    interval = "3s"
    timeout  = "3s"
    retries  = 4
  }

  stop {
    signal  = "INT"
    timeout = "10s"
  }
}

# from process-compose.yaml: line 20
# line 29: a3s does not end with one of its services: "a3s up --wait" tells of a failure
service "migrate" {
  cmd        = <<-EOT
    set -e
    if [ -n "$${FORCE}" ]; then
      ./reset $${NAME}
    fi
    ./migrate
  EOT
  depends_on = ["db"]
  kind       = "task"

  restart {
    policy = "never"
  }
}

# from process-compose.yaml: line 30
# not carried over: replicas (line 41)
service "api" {
  cmd  = "./api --port 8081"
  dir  = "services/api"
  port = 8081
  env = {
    A     = "1"
    TOKEN = env("TOKEN", "")
    B     = "x=y"
  }
  depends_on = ["migrate"]
  labels     = ["core"]

  health {
    type = "http"
    path = "/ready"
  }

  restart {
    policy       = "on-failure"
    backoff      = "2s"
    max_restarts = 5
  }

  log {
    file = "api.log"
  }
}

# from process-compose.yaml: line 42
# line 46: is_daemon: a3s keeps a daemon that a command leaves behind, and stops it; but a
#   command that stays in the foreground is better
service "lines" {
  cmd      = ["bash", "-c", "[[ -e x ]] && ./run"]
  disabled = true

  health {
    type    = "log"
    pattern = "listening on \\(\\.\\*\\)"
  }

  restart {
    on_unhealthy = true
  }
}

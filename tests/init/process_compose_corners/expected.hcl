# Made from process-compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from process-compose.yaml: line 2
# line 3: a3s has no {{ }} in a command: write what is meant
# line 6: there is no process "nobody"
# line 7: it waits until "seed" has ended well: a task that fails blocks it
# line 8: its port is not known
service "api" {
  cmd        = "./api {{.Port}}"
  depends_on = ["seed"]
  tty        = true
}

# from process-compose.yaml: line 9
service "seed" {
  cmd  = "true"
  kind = "task"
}

# from process-compose.yaml: line 10
service "web" {
  cmd  = "./web"
  port = 9090

  health {
    type = "http"
  }

  restart {
    on_unhealthy = true
  }
}

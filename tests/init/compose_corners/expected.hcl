# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from compose.yaml: line 2
# line 8: there is no service "nobody"
# line 8: there is no service "${DB}"
# line 9: more.env must be there: a3s has no file that may be missing
# line 11: no single port: 8000-8010:8000
# line 11: ":80" is the default of ${PORT}:80: it must be known when the file is compiled
# line 11: no single port:
# line 11: port 53 is UDP, which a3s does not look at
# line 14: no duration that a3s knows: soon
# line 20: ./static needs no copying here: the program sees the files themselves
service "api" {
  cmd      = "./api"
  port     = 80
  env_file = ["more.env"]
  tty      = true

  watch {
    paths  = ["src"]
    ignore = ["node_modules/", "*.tmp"]
  }

  health {
    type     = "http"
    path     = "/health"
    port     = 8000
    interval = "2m"
    timeout  = "2m"
    retries  = 5
  }

  restart {
    policy       = "on-failure"
    max_restarts = 3
  }

  stop {
    signal  = "INT"
    timeout = "1500ms"
  }
}

# from compose.yaml: line 22
# line 25: compose calls a named volume PROJECT_NAME; give that name to go on with its data
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "db" {
#   cmd  = "docker run --rm --name a3s-db -p 127.0.0.1:5432:5432 -v data:/var/lib/postgresql/data -v /tmp/x postgres"
#   port = 5432
#
#   health {
#     type = "exec"
#     cmd  = "docker exec a3s-db sh -c 'pg_isready -U postgres'"
#   }
# }

# from compose.yaml: line 30
# line 32: "" is the default of ${POLICY}: it must be known when the file is compiled
service "once" {
  cmd = "exit 0"
}

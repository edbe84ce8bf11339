# Made from Procfile by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from Procfile: line 1
service "web" {
  cmd = "./web"
  # port = 7080
  # left out: port 7080 is claimed twice, by service "web" and by the proxy

  # health:
  # type = "http"
  # left out: there is nothing to probe: service "web" has no port
  # path = "health"
  # left out: "path" must be a path that begins with /
}

# from Procfile: line 2
# left out: "cmd" has a quote without an end
# service "api" {
#   cmd  = "./api 'x"
#   port = 3
# }

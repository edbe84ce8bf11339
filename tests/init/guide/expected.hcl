# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from compose.yaml: line 2
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "db" {
#   cmd  = "docker run --rm --name a3s-db -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD postgres:16"
#   port = 5432
#   env = {
#     POSTGRES_PASSWORD = env("PASSWORD", "dev")
#   }
#
#   health {
#     type = "exec"
#     cmd  = "docker exec a3s-db sh -c 'pg_isready -U postgres'"
#   }
# }

# from compose.yaml: line 8
# line 12: in DB the name of a container is 127.0.0.1 now
# line 13: was published as 8080; without a container it is where the program listens
# line 14: does not wait for "db": it is left out
# not carried over: build (line 9: what the Dockerfile installs must be here)
service "api" {
  cmd  = "python3 server.py"
  dir  = "api"
  port = 8000
  env = {
    DB = "postgres://postgres@127.0.0.1:5432/"
  }
}

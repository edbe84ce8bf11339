# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from compose.yaml: line 2
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "postgres" {
#   cmd  = "docker run --rm --name a3s-postgres -p 127.0.0.1:15432:5432 -e POSTGRES_PASSWORD postgres:16"
#   port = 15432
#   env = {
#     POSTGRES_PASSWORD = "dev"
#   }
#
#   health {
#     type = "tcp"
#   }
# }

# from compose.yaml: line 6
# line 10: in URL the name of a container is 127.0.0.1 now
# line 11: in OTHER the name of a container is 127.0.0.1 now
# line 12: in TWO the name of a container is 127.0.0.1 now
# not carried over: build (line 7: what the Dockerfile installs must be here)
service "api" {
  cmd = "./api"
  env = {
    URL   = "postgres://postgres:dev@127.0.0.1:15432/postgres"
    OTHER = "postgres://postgres@127.0.0.1/app?user=postgres"
    TWO   = "amqp://a:b@127.0.0.1:15432,c:d@127.0.0.1"
  }
}

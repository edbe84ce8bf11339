# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.
# compose takes ${NAME} from .env too, env() only from the environment:
#   "set -a; . ./.env; set +a; a3s up"

# from compose.yaml: line 2
# not carried over: build (line 3: what the Dockerfile installs must be here)
service "web" {
  cmd = ["./serve", "--name", env("NAME", "x")]
}

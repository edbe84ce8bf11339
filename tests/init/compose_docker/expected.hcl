# Made from docker-compose.yml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from docker-compose.yml: line 2
# line 8: compose calls a named volume PROJECT_NAME; give that name to go on with its data
service "db" {
  cmd  = "docker run --rm --name a3s-db -p 127.0.0.1:15432:5432 -e POSTGRES_PASSWORD -e POSTGRES_DB -v data:/var/lib/postgresql/data postgres:16"
  port = 15432
  env = {
    POSTGRES_PASSWORD = "pw"
    POSTGRES_DB       = "a b"
  }

  health {
    type = "exec"
    cmd  = "docker exec a3s-db pg_isready"
  }
}

# from docker-compose.yml: line 11
# line 12: runs here, not in the image rabbitmq:3: its programs must be installed
service "queue" {
  cmd       = "/init -x --verbose"
  port      = 5672
  subdomain = null
  env_file  = ["queue.env"]
}

# from docker-compose.yml: line 17
# line 18: runs here, not in the image python:3: its programs must be installed
service "worker" {
  cmd        = "python worker.py --fast"
  depends_on = ["db", "queue"]
}

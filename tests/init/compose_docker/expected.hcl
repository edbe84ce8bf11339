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
service "queue" {
  cmd       = "docker run --rm --name a3s-queue -p 127.0.0.1:5672:5672 --env-file queue.env --entrypoint /init rabbitmq:3 -x --verbose"
  port      = 5672
  subdomain = null

  health {
    type = "tcp"
  }
}

# from docker-compose.yml: line 17
# line 23: DB names a container, which docker knows only in a network of both: docker run
#   --network
# line 24: CACHE_HOST names a container, which docker knows only in a network of both: docker
#   run --network
# line 25: CACHES names a container, which docker knows only in a network of both: docker run
#   --network
service "worker" {
  cmd = "docker run --rm --name a3s-worker -e DB -e CACHE_HOST -e CACHES -e NAME python:3 python worker.py --fast"
  env = {
    DB         = "postgres://db:5432/"
    CACHE_HOST = "cache"
    CACHES     = "cache:6379,cache:6380"
    NAME       = "cache"
  }
  depends_on = ["db", "queue"]
}

# from docker-compose.yml: line 27
service "cache" {
  cmd  = ["docker", "run", "--rm", "--name", "a3s-cache", "-p", "127.0.0.1:6379:6379", "-p", "127.0.0.1:6380:6380", "-v", "./${env("CACHE", "cache")}:/data", "-v", "/spare space", "redis:7"]
  port = 6379

  health {
    type = "tcp"
  }
}

# from docker-compose.yml: line 32
# line 35: DB_HOST names a container, which docker knows only in a network of both: docker run
#   --network
service "admin" {
  cmd = "docker run --rm --name a3s-admin -e DB_HOST adminer"
  env = {
    DB_HOST = "db"
  }
}

# from docker-compose.yml: line 36
# not carried over: networks (line 39); docker run has options for most of it, which can be
#   added to cmd
service "side" {
  cmd = "docker run --rm --name a3s-side side --flag"
}

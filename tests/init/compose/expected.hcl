# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.
# not carried over: name (line 1), volumes (line 104), secrets (line 106: say the path of the
#   file in env)

# from compose.yaml: line 10
# line 17: compose calls a named volume PROJECT_NAME; give that name to go on with its data
# a probe takes no longer than its interval: its timeout is cut to that
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "db" {
#   cmd  = "docker run --rm --name a3s-db -p 127.0.0.1:15432:5432 -e POSTGRES_PASSWORD -v data:/var/lib/postgresql/data postgres:16"
#   port = 15432
#   env = {
#     POSTGRES_PASSWORD = env("DB_PASSWORD")
#   }
#
#   health {
#     type     = "exec"
#     cmd      = "docker exec a3s-db sh -c 'pg_isready -U shop'"
#     interval = "5s"
#     timeout  = "5s"
#     retries  = 5
#   }
# }

# from compose.yaml: line 24
# line 25: runs here, not in the image redis:7: its programs must be installed
service "redis" {
  cmd  = "redis-server --save 60 1 --loglevel warning"
  port = 6379
}

# from compose.yaml: line 29
# line 7: in DATABASE_URL the name of a container is 127.0.0.1 now
# line 35: does not wait for "db": it is left out
# not carried over: build (line 31: what the Dockerfile installs must be here)
service "migrate" {
  cmd = "python manage.py migrate --no-input"
  env = {
    LOG          = "debug"
    DATABASE_URL = "postgres://shop:${env("DB_PASSWORD", "secret")}@127.0.0.1:15432/shop"
  }
  kind = "task"

  restart {
    policy = "never"
  }
}

# from compose.yaml: line 38
# line 7: in DATABASE_URL the name of a container is 127.0.0.1 now
# line 47: in REDIS_HOST the name of a container is 127.0.0.1 now
# line 49: not all of it can be said with env(): hello ${USER:-you}, ${COLOUR:+red}
# line 52: ./local.env must be there: a3s has no file that may be missing
# line 58: "8080:8000" is the default of ${API_PORT:-8080}:8000: it must be known when the file
#   is compiled
# line 58: was published as 8080; without a container it is where the program listens
# line 59: port 9229 is one more: a service has one, which the proxy and probes use
# line 63: does not wait for "db": it is left out
# line 64: there is no service "nobody"
# line 69: start_timeout is start_period and 3 tries, after which docker gives up
# line 79: ./backend needs no copying here: the program sees the files themselves
# not carried over: build (line 41: what the Dockerfile installs must be here), build.args (line
#   42), networks (line 72: services reach each other at 127.0.0.1), cap_add (line 73), deploy
#   (line 74: it is one process, with all that the machine has)
service "api" {
  cmd  = "python manage.py runserver 0.0.0.0:$PORT | tee log"
  dir  = "backend/src"
  port = 8000
  env = {
    REDIS_HOST   = "127.0.0.1"
    GREETING     = "hello ${env("USER", "you")}, ${env("COLOUR", "")}"
    LOG          = "debug"
    DATABASE_URL = "postgres://shop:${env("DB_PASSWORD", "secret")}@127.0.0.1:15432/shop"
  }
  env_file   = [".env", "local.env"]
  depends_on = ["migrate", "redis"]

  watch {
    paths = ["backend/requirements.txt"]
  }

  health {
    type          = "http"
    path          = "/health"
    interval      = "10s"
    timeout       = "3s"
    start_timeout = "50s"
  }

  restart {
    policy = "always"
  }

  stop {
    signal  = "INT"
    timeout = "90s"
  }
}

# from compose.yaml: line 81
# line 82: runs here, not in the image node:20: its programs must be installed
# line 90: port 8000 is taken by another service: it must listen on 3000, which it finds in PORT
service "web" {
  cmd        = ["npm", "run", "dev", "--", "--host", env("HOST", "")]
  dir        = "web"
  port       = 3000
  depends_on = ["api"]
  tty        = true
}

# from compose.yaml: line 95
# line 97: profiles are labels; "a3s up mail" starts it
# line 98: port 1025 is UDP, which a3s does not look at
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "mail" {
#   cmd      = "docker run --rm --name a3s-mail -p 127.0.0.1:8025:8025 mailhog/mailhog"
#   port     = 8025
#   labels   = ["debug"]
#   disabled = true
#
#   health {
#     type = "tcp"
#   }
# }

# from compose.yaml: line 100
# line 102: was published as 8001; without a container it is where the program listens
# left out: it runs what the CMD of its Dockerfile says; write that as cmd
# service "docs" {
#   cmd  = "..."
#   dir  = "docs"
#   port = 80
# }

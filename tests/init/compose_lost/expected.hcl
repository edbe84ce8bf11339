# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.
# not carried over: name (line 2), include (line 3: its services are to be added), networks
#   (line 5), volumes (line 69)

# from compose.yaml: line 7
# line 37: does not wait for "db": it is left out
# line 41: start_timeout is start_period and 3 tries, after which docker gives up
# not carried over: build (line 9: what the Dockerfile installs must be here), build.dockerfile
#   (line 10), build.target (line 11), container_name (line 13: it is known by the name of the
#   service), hostname (line 14), domainname (line 15), networks (line 16: services reach each
#   other at 127.0.0.1), platform (line 17), pull_policy (line 18), init (line 19), stdin_open
#   (line 20), labels (line 21: nothing here reads them), logging (line 22: a3s keeps the lines; a
#   log block writes them to a file), volumes (line 25: it sees the files of this machine, under
#   their own paths), deploy (line 26: it is one process, with all that the machine has), ulimits
#   (line 27), user (line 28: it runs as you), env_file.format (line 31), ports.host_ip (line 34),
#   ports.name (line 35), depends_on.restart (line 37: the same watch paths restart both),
#   healthcheck.start_interval (line 42: one that starts is asked without such waits),
#   develop.watch.initial_sync (line 45)
service "api" {
  cmd        = "./api"
  port       = 8000
  env_file   = [".env"]
  depends_on = ["cache"]

  watch {
    paths = ["src"]
  }

  health {
    type          = "exec"
    cmd           = "./well"
    start_timeout = "150s"
  }
}

# from compose.yaml: line 47
# line 48: runs here, not in the image worker:1: its programs must be installed
# not carried over: healthcheck.test (line 50: it is in the image; a health block tells when it
#   is ready), extends (line 51: add what it takes from there), healthcheck_ (line 52)
service "worker" {
  cmd = "./worker"
}

# from compose.yaml: line 53
# not carried over: container_name (line 55), shm_size (line 56), tty (line 57), logging (line
#   58); docker run has options for most of it, which can be added to cmd
# left out: an image without a command; docker would run it like this ("a3s init --docker" makes
#   it a service)
# service "db" {
#   cmd = "docker run --rm --name a3s-db postgres:16"
# }

# from compose.yaml: line 60
# line 61: runs here, not in the image redis:7: its programs must be installed
# a probe takes no longer than its interval: its timeout is cut to that
service "cache" {
  cmd = "redis-server"

  health {
    type     = "exec"
    cmd      = "redis-cli ping"
    interval = "2s"
    timeout  = "2s"
    retries  = 10
  }
}

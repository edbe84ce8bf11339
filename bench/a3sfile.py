"""A3sfiles of any size for the benchmarks: the same bytes for the same number of services."""

import pathlib

FOLDERS = 20  # apps share their folders, as packages of a large repository do

SERVICE = '''\
service "{name}" {{
  cmd        = ["sleep", "infinity"]
  dir        = "{folder}"
  port       = {port}
  depends_on = [{depends}]

  env = {{
    LOG_LEVEL    = "debug"
    DATABASE_URL = "postgres://app:secret@127.0.0.1:5432/{table}?sslmode=disable"
    WORKERS      = {workers}
  }}

  watch {{
    paths  = ["{folder}/src", "shared/proto"]
    ignore = ["**/*_test.go", "tmp/**"]
  }}

  health {{
    type     = "http"
    path     = "/healthz"
    interval = "{interval}s"
    timeout  = "1s"
    retries  = 3
  }}
}}
'''


def service(number):
    """Each depends on up to three of those before it, near and far."""
    before = sorted({number - 1, number - 7, number // 2} & set(range(number)))
    return SERVICE.format(
        name=f"service-{number:05}", folder=f"apps/team-{number % FOLDERS:02}",
        port=10000 + number, depends=", ".join(f'"service-{n:05}"' for n in before),
        table=f"shop_{number:05}", workers=1 + number % 16, interval=2 + number % 9)


def text(services):
    head = 'dev {\n  proxy_port = 7080\n  log_level  = "info"\n}\n\n'
    return head + "\n".join(service(n) for n in range(services))


def write(folder, services):
    """A folder in which every path that the A3sfile names exists; gives the A3sfile's path."""
    folder = pathlib.Path(folder) / str(services)
    for team in range(FOLDERS):
        (folder / f"apps/team-{team:02}/src").mkdir(parents=True, exist_ok=True)
    (folder / "shared/proto").mkdir(parents=True, exist_ok=True)
    path = folder / "A3sfile.hcl"
    path.write_text(text(services))
    return path

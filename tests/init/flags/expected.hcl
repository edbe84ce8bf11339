# Made by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

service "web" {
  cmd        = "npm run dev"
  port       = 3000
  depends_on = ["db"]

  watch {
    paths = ["src", "lib"]
  }

  health {
    type = "http"
    path = "/up"
  }
}

service "db" {
  cmd  = "./db -D data"
  dir  = "data"
  port = 0
}

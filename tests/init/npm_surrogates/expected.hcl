# Made from package.json by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from package.json: scripts.dev: echo 😀 --port 4000
service "shop" {
  cmd  = "npm run dev"
  port = 4000
}

# from package.json: scripts.watch: x "😀"
service "watch" {
  cmd = "npm run watch"
}

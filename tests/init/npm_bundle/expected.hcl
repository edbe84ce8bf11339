# Made from package.json by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.
# line 1: not a service: npm run dev, which starts others that are here
# line 1: not a service: npm run lint
# the scripts of workspaces are not looked at: "a3s init --stdout --from FOLDER/package.json"
#   shows theirs

# from package.json: scripts.dev:web: next dev
service "dev-web" {
  cmd  = "npm run dev:web"
  port = 3000
}

# from package.json: scripts.dev:api: PORT=4000 node api.js
service "dev-api" {
  cmd  = "npm run dev:api"
  port = 4000
}

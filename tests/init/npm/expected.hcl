# Made from package.json by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.
# line 6: not a service: pnpm run build
# line 7: not a service: pnpm run start
# line 10: not a service: pnpm run test

# from package.json: scripts.dev: vite --port 5174
service "shop-front" {
  cmd  = "pnpm run dev"
  port = 5174
}

# from package.json: scripts.watch:css: tailwindcss --watch
service "watch-css" {
  cmd = "pnpm run watch:css"
}

# from package.json: scripts.worker: node worker.js
service "worker" {
  cmd = "pnpm run worker"
}

# Made from Procfile by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

dev {
  env_file = [".env"]
}

# from Procfile: line 2
service "web" {
  cmd  = "bundle exec puma -p $${PORT:-3000} -C config/puma.rb"
  port = 5000
}

# from Procfile: line 3
service "worker" {
  cmd = "QUEUE=* bundle exec rake jobs:work"
}

# from Procfile: line 4
service "css" {
  cmd = "npx tailwindcss -i in.css -o out.css --watch"
}

# from Procfile: line 5
service "my_api" {
  cmd       = "./api --port=$PORT && echo \"done\""
  port      = 5300
  subdomain = "my-api"
}

# from Procfile: line 6
# a release process runs once; name it in the depends_on of those that need it
service "release" {
  cmd  = "PORT=$PORT bin/rails db:migrate"
  kind = "task"
}

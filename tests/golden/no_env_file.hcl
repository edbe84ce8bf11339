# golden: paths
dev {
  env_file = ".env"
}

service "a" {
  cmd      = "/bin/sh"
  env_file = ["no_env_file.hcl", ".env.local"]
}

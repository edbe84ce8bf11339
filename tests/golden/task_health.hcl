service "migrate" {
  cmd  = "./migrate"
  kind = "task"
  health {
    type = "tcp"
  }
}

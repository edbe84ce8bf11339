# A failed task is final, unless its author says what happens then.
service "migrate" {
  cmd  = "./migrate up"
  kind = "task"
}

service "fetch" {
  cmd  = "./fetch"
  kind = "task"
  restart { max_restarts = 3 }
}

service "seed" {
  cmd  = "./seed"
  kind = "task"
  restart {}
}

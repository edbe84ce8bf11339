service "a" {
  cmd       = "./a ${env("TOKEN")} | tee log"
  pre_start = "cd ${env("HOME")}"
  post_stop = "echo 'it is ${env("TOKEN")}"
  port      = 0
  health {
    type = "exec"
    cmd  = "test $PORT = ${service.a.port}"
  }
}

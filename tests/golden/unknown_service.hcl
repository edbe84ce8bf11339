service "data-base" {
  cmd  = "./db"
  port = 5432
}

service "a" {
  cmd = "./a ${service.data-bse.url}"
  env = {
    WHAT = service.data-base.prt
    ALL  = service.data-base
    NONE = service["cache"].port
    GOOD = service["data-base"].host
    BARE = service
  }
}

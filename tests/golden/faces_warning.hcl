# golden: paths json sarif github
service "web" {
  cmd  = "./there-is-no-such-program"
  port = 3000
  dir  = "nowhere"
}

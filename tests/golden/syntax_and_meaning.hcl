# A broken block hides what is in it: its dependents are not reported for it.
service "a" {
  cmd =
}

service "b" {
  cmd        = "./b"
  depends_on = ["a", "hidden"]
  prot       = 80
}

service "hidden" {
  cmd = "./hidden
}

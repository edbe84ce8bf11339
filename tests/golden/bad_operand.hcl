service "a" {
  cmd      = "./a ${[]}"
  port     = -"x"
  disabled = !1
}

service "a" {
}

service "b" {
  cmd = null
  health {
  }
  watch {
  }
}

# A misspelt attribute is one mistake: what it stood for is not missing.
service "web" {
  command = "npm run dev"
  prot    = 3000

  health {
    tpye = "http"
  }

  watch {
    path = ["src"]
  }
}

# golden: json sarif github
# The same mistakes in every format: notes, help, a label, a place of several lines, characters that
# are wider than a byte, and what the formats have to escape.
service "web" {
  cmd  = "npm run dev"
  port = 3000
  prot = 3001
}

service "straße 100%" {
  cmd = "true"
}

service "api" {
  cmd        = ["printf", "%s: %d\n", /* 😀 é */ 1, two]
  port       = 3000
  depends_on = ["a\tb,c:\"d\"", "wbe"]
  health {
    type = <<EOT
100%, "quoted"
EOT
  }
}

# Made from compose.yaml by "a3s init".
# "a3s validate" checks it, "a3s up" runs it, "a3s schema" shows what else it may say.

# from compose.yaml: line 2
# line 3: not all of it can be said with env(): ${D:-${E:-f}}
service "dollar" {
  cmd = ["echo", "\u0024${env("A", "")}", "%%{x}", "$${B}", "a\"b\\c", "tab\there", "$\u0024{C}", env("D", ""), "$", "$${}", "é\u0001"]
  env = {
    "odd name.x" = "y"
    QUOTE        = "say \"hi\" # no comment"
    LINES        = "one ${env("X", "")}\n  two\n"
    PLAIN        = <<-EOT
    one $${X}
      two %%{y}
  EOT
    EMPTY        = ""
    TEMPLATE     = "${env("A", "%%{if}")} #{x}"
  }
}

# from compose.yaml: line 15
# line 19: does not wait for "evil": it is the service itself
# line 20: working_dir /x } is a folder of the container; "dir" is the one to run in here
# not carried over: container_name (line 17: it is known by the name of the service), key }
#   service "in" { (line 18)
service "evil" {
  cmd        = "./evil"
  depends_on = ["dollar"]
}

# from compose.yaml: line 21
# left out: "cmd" has a NUL character in it
# service "nul" {
#   cmd = "x\u0000y"
# }

# from compose.yaml: line 23
service "ber_Service" {
  cmd       = "./ü"
  port      = 80
  subdomain = "ber-service"
}

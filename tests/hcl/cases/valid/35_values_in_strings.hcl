choice   = "is ${enabled ? "on" : 2}"
no_else  = "is ${enabled ? "on" : ""}"
constant = "${true} and ${false}"
pairs    = "%{for key, item in map}${key}=${item} %{endfor}"
returned = "a\rb\tc"
keys = {
  a.b[0].c = 1
  a["b"]   = 2
  a[f(1)]  = 3
  a[true]  = 4
  1.50e-2  = 5
  12.5E+1  = 6
}
small = 1.50e-2
large = 12.5E+1

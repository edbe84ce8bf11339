# golden: json sarif github
service "aÿþ[31m" {
  cmd = "Ã( â‚"
  prtÿ = 1
}

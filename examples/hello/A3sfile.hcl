# The smallest project: one service. "a3s up", then open http://hello.localhost:7080/
service "hello" {
  cmd  = "python3 -u -m http.server $PORT --bind 127.0.0.1 --directory public"
  port = 8000
}

service "event" {
  cmd = "./event"
}

service "lane" {
  cmd        = "./lane"
  depends_on = ["evnt", "nothing-like-it"]
}

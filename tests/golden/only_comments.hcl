# nothing yet
dev {
}

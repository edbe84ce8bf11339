"""Every command in every situation."""

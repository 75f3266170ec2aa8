"""Who may do what: tokens, sessions, roles, and the keys that sign the addresses of pictures."""

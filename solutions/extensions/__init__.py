"""The reference answers of the extensions: further attacks, another defence, another runtime."""

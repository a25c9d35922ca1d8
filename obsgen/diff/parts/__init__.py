"""What objects are made of, and how their parts are called and shown."""

"""Binary operations whose two sides do not meet, or meet more than once."""

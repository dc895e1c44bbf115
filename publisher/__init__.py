"""Addresses, archives, drafts and vouchers: all that is published, known before it leaves the machine."""

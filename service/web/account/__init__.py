"""Signing in, the account, invitations."""

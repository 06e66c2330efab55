"""Notify's own schema, revision by revision. Only forwards."""

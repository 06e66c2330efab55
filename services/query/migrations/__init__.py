"""The schema of query, revision by revision. Upgrades only: a read model that is wrong is rebuilt, not downgraded."""

"""Migrations: how the tables came to be, one Alembic revision a step."""

"""Environment: read by Alembic when it migrates; the connection, in a transaction, is handed in by the caller."""

from alembic import context

from kazerooni.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

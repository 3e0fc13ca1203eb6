"""How Alembic reaches the database: over the connection that `upgrade` hands it."""

from alembic import context

from safelight.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with connection.begin():
    context.run_migrations()

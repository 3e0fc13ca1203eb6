"""How Alembic reaches the database: over the connection that `upgrade` hands it."""

from alembic import context

from safelight.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with connection.begin():
    if connection.dialect.name == "sqlite":
        # All of it or nothing, as on PostgreSQL: the driver itself begins no transaction.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.run_migrations()

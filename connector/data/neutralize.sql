-- Backends go back to draft: nothing is sent or fetched until somebody tests the
-- connection and starts the schedule in this database. Each connector has a table of
-- its own, which is known by the columns of connector.backend.mixin and
-- connector.webhook.mixin.
DO $$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT format('UPDATE %I.%I SET ', columns.table_schema, columns.table_name)
               || string_agg(format('%I = %s', columns.column_name, emptied.value), ', ')
               AS statement
          FROM information_schema.columns AS columns
          JOIN information_schema.tables AS tables
               USING (table_schema, table_name)
          JOIN (VALUES ('backend', 'state', '''draft'''),
                       ('backend', 'state_before_pause', 'NULL'),
                       ('backend', 'pause_reason', 'NULL'),
                       ('backend', 'next_import_at', 'NULL'),
                       ('backend', 'next_removal_at', 'NULL'),
                       ('backend', 'activated_uuid', 'NULL'),
                       ('backend', 'activated_database', 'NULL'),
                       ('webhook', 'webhook_token', 'NULL'),
                       ('webhook', 'webhook_old_token', 'NULL'),
                       ('oauth', 'oauth_client_secret', 'NULL')
               ) AS emptied (kind, column_name, value)
               ON emptied.column_name = columns.column_name
         WHERE columns.table_schema = current_schema
           AND tables.table_type = 'BASE TABLE'
           AND (emptied.kind <> 'backend' OR columns.table_name IN (
                SELECT table_name
                  FROM information_schema.columns
                 WHERE table_schema = current_schema
                   AND column_name IN ('state', 'import_interval_minutes',
                                       'activated_database')
                 GROUP BY table_name
                HAVING count(*) = 3))
         GROUP BY columns.table_schema, columns.table_name
    LOOP
        EXECUTE target.statement;
    END LOOP;
END $$;

-- What was read of the original's backends is not needed, and may be personal.
DELETE FROM connector_kept_records;

-- Alerts are those of the original.
DELETE FROM connector_alert;

-- Access by OAuth: a copy that renews a token would end that of the original.
DELETE FROM connector_oauth_token;
DELETE FROM connector_oauth_request;

-- Monitoring systems watch the original.
DELETE FROM ir_config_parameter WHERE key LIKE 'connector.monitoring_token_%';

-- Jobs of backends and bindings that wait, run or failed are not run in this database.
-- A job that ran when the database was copied would be taken for a dead one and started
-- again. A parked one would be woken with its backend.
WITH RECURSIVE synchronized AS (
    SELECT id, model
      FROM ir_model
     WHERE model IN ('connector.backend', 'external.binding')
     UNION
    SELECT child.id, child.model
      FROM synchronized
      JOIN ir_model_inherit AS inherited ON inherited.parent_id = synchronized.id
      JOIN ir_model AS child ON child.id = inherited.model_id
)
UPDATE queue_job
   SET state = 'cancelled',
       date_cancelled = now() AT TIME ZONE 'UTC',
       sync_is_parked = false,
       result = 'Cancelled: the database was neutralized.'
 WHERE (state IN ('wait_dependencies', 'pending', 'enqueued', 'started', 'failed')
        OR sync_is_parked)
   AND (sync_backend_model IS NOT NULL
        OR model_name LIKE 'connector.%'
        OR model_name IN (SELECT model FROM synchronized));

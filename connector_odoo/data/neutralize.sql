-- The key opens the production server of somebody.
UPDATE odoo_backend
   SET secret = NULL;

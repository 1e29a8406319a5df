-- The API key is for production; `connector` takes the backends out of production.
UPDATE vendure_backend
   SET api_key = NULL;

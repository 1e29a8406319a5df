# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Authentication: how a session proves to the backend who calls.

``declarations.py`` has the declarations of adapters, ``oauth.py`` those of OAuth 2.0.
``token_request.py`` asks the provider for tokens; ``oauth_answer.py`` reads its
answers.
"""

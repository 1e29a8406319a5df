# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signatures of webhooks.

``signatures.py`` has the base of all schemes, ``hmac_scheme.py`` the scheme that most
systems use, ``presets.py`` those of vendors.
"""

# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare mapped values with records; read :mod:`.changes` first."""

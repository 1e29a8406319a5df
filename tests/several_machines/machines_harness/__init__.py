# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Machines in network namespaces, with the configuration that the documentation has."""

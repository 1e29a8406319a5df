# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One module for each command of ./dev, with a function main."""

# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
VERSION = "1.0.0"

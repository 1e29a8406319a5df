# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Vendure Connector",
    "summary": "Products, stock, customers and orders of a Vendure shop",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Connector",
    "depends": ["connector", "sale_stock"],
    "data": ["data/product.xml", "views/backend_views.xml"],
}

# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Schema and data of a shop, executed by graphql-core.

It has what the APIs of real shops have: connections and lists with an offset, global
ids, mutations that refuse values in their payload or by a result type, errors of single
records, and bulk operations.
"""

from __future__ import annotations

import base64
import itertools
import re
from typing import Any

from graphql import GraphQLError, build_schema

SDL = """
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Product implements Node {
  id: ID! title: String! updatedAt: String! price: Float
  variants(first: Int, after: String): VariantConnection!
}
type Variant implements Node { id: ID! sku: String! }
type ProductEdge { node: Product! }
type ProductConnection {
  nodes: [Product!]! edges: [ProductEdge!]! pageInfo: PageInfo!
}
type VariantEdge { node: Variant! }
type VariantConnection {
  nodes: [Variant!]! edges: [VariantEdge!]! pageInfo: PageInfo!
}
type ProductList { items: [Product!]! totalItems: Int! }
input ListOptions { skip: Int! take: Int! }
type BulkOperation implements Node {
  id: ID! status: String! errorCode: String objectCount: String! url: String
  partialDataUrl: String
}
type Query {
  products(first: Int, after: String, since: String): ProductConnection!
  productList(options: ListOptions!): ProductList!
  product(id: ID!): Product
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
}
input ProductInput { id: ID title: String }
type UserError { field: [String!] message: String! code: String }
type ProductPayload { product: Product userErrors: [UserError!]! }
type BulkPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
type TitleTakenError { errorCode: String! message: String! }
union AddProductResult = Product | TitleTakenError
type Mutation {
  productCreate(input: ProductInput!): ProductPayload!
  productUpdate(input: ProductInput!): ProductPayload!
  productDelete(id: ID!): ProductPayload!
  addProduct(title: String!): AddProductResult!
  bulkOperationRunQuery(query: String!): BulkPayload!
}
"""


class Shop:
    """The products of the shop, and its bulk operations."""

    def __init__(self) -> None:
        self.products: dict[str, dict[str, Any]] = {}
        self.operations: dict[str, dict[str, Any]] = {}
        #: titles whose price cannot be read
        self.broken: set[str] = set()
        #: polls for which a bulk operation runs, and how it ends
        self.bulk_polls = 2
        self.bulk_ends_as = "COMPLETED"
        self.run_bulk: Any = None
        self._numbers = itertools.count(1)

    def add(self, title: str, variants: int = 0) -> dict[str, Any]:
        number = next(self._numbers)
        product = {
            "__typename": "Product",
            "id": f"gid://shop/Product/{number}",
            "title": title,
            "updatedAt": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
        }
        product["variants_"] = [
            {
                "__typename": "Variant",
                "id": f"gid://shop/Variant/{number}{index:03}",
                "sku": f"{title}-{index}",
            }
            for index in range(variants)
        ]
        self.products[product["id"]] = product
        return product

    # -- queries ------------------------------------------------------------------

    def resolve_products(self, _info, first=None, after=None, since=None):
        products = list(self.products.values())
        if since:
            products = [each for each in products if each["updatedAt"] >= since]
        return connection(products, first, after)

    def resolve_list(self, _info, options):
        start, products = options["skip"], list(self.products.values())
        items = products[start : start + options["take"]]
        return {"items": items, "totalItems": len(products)}

    def resolve_node(self, _info, id):
        if id in self.operations:
            return self.poll(id)
        return self.products.get(id)

    def resolve_price(self, product, _info):
        if product["title"] in self.broken:
            raise GraphQLError(
                "The price service is down.",
                extensions={"code": "INTERNAL_SERVER_ERROR"},
            )
        return 9.5

    # -- mutations ----------------------------------------------------------------

    def resolve_create(self, _info, input):
        title = (input.get("title") or "").strip()
        if not title:
            return refusal("title", "Title can't be blank", "BLANK")
        return {"product": self.add(title), "userErrors": []}

    def resolve_update(self, _info, input):
        product = self.products.get(input.get("id"))
        if product is None:
            return refusal("id", "Product does not exist", "NOT_FOUND")
        product.update(title=input["title"])
        return {"product": product, "userErrors": []}

    def resolve_delete(self, _info, id):
        product = self.products.pop(id, None)
        if product is None:
            return refusal("id", "Product does not exist", "NOT_FOUND")
        return {"product": product, "userErrors": []}

    def resolve_add(self, _info, title):
        if any(each["title"] == title for each in self.products.values()):
            taken = "A product has this title"
            return {
                "__typename": "TitleTakenError",
                "errorCode": "TITLE_TAKEN_ERROR",
                "message": taken,
            }
        return self.add(title)

    # -- bulk operations ----------------------------------------------------------

    def resolve_bulk(self, _info, query):
        if any(each["status"] == "RUNNING" for each in self.operations.values()):
            return {
                "userErrors": refusal(
                    None, "An operation runs already", "OPERATION_IN_PROGRESS"
                )["userErrors"]
            }
        operation = {
            "__typename": "BulkOperation",
            "id": f"gid://shop/BulkOperation/{next(self._numbers)}",
            "status": "RUNNING",
            "objectCount": "0",
            "polls": self.bulk_polls,
            "lines": self.run_bulk(query),
        }
        self.operations[operation["id"]] = operation
        return {"bulkOperation": operation, "userErrors": []}

    def poll(self, id):
        operation = self.operations[id]
        operation["polls"] -= 1
        if operation["polls"] < 0 and operation["status"] == "RUNNING":
            operation["status"] = self.bulk_ends_as
            operation["objectCount"] = str(len(operation["lines"]))
            url = f"{self.files_url}/{id.rpartition('/')[2]}?signature=s3cr3t"
            name = "url" if self.bulk_ends_as == "COMPLETED" else "partialDataUrl"
            operation[name] = url if operation["lines"] else None
        return operation

    #: address of the server of results
    files_url = ""


def refusal(field, message, code):
    error = {"field": ["input", field] if field else None}
    return {"userErrors": [{**error, "message": message, "code": code}]}


def connection(records: list[dict], first: int | None, after: str | None) -> dict:
    start = int(base64.b64decode(after)) if after else 0
    end = len(records) if first is None else start + first
    found = records[start:end]
    cursor = base64.b64encode(str(end).encode()).decode()
    return {
        "nodes": found,
        "edges": [{"node": record} for record in found],
        "pageInfo": {"hasNextPage": end < len(records), "endCursor": cursor},
    }


def make_schema(shop: Shop):
    schema = build_schema(SDL)
    resolvers = {
        "Query.products": lambda _root, *a, **kw: shop.resolve_products(*a, **kw),
        "Query.productList": lambda _root, *a, **kw: shop.resolve_list(*a, **kw),
        "Query.product": lambda _root, _info, id: shop.products.get(id),
        "Query.node": lambda _root, *a, **kw: shop.resolve_node(*a, **kw),
        "Query.nodes": lambda _root, info, ids: [
            shop.resolve_node(info, id) for id in ids
        ],
        "Product.price": shop.resolve_price,
        "Product.variants": lambda product, _info, first=None, after=None: connection(
            product["variants_"], first, after
        ),
        "Mutation.productCreate": lambda _root, *a, **kw: shop.resolve_create(*a, **kw),
        "Mutation.productUpdate": lambda _root, *a, **kw: shop.resolve_update(*a, **kw),
        "Mutation.productDelete": lambda _root, *a, **kw: shop.resolve_delete(*a, **kw),
        "Mutation.addProduct": lambda _root, *a, **kw: shop.resolve_add(*a, **kw),
        "Mutation.bulkOperationRunQuery": lambda _root, *a, **kw: shop.resolve_bulk(
            *a, **kw
        ),
    }
    for name, resolve in resolvers.items():
        kind, field = name.split(".")
        schema.type_map[kind].fields[field].resolve = resolve
    return schema


def flatten(data: Any) -> list[dict[str, Any]]:
    """Return the lines of a bulk result: children after all records, not grouped."""
    (root,) = data.values()
    lines, children = [], []
    for edge in root["edges"]:
        record = dict(edge["node"])
        for name, value in list(record.items()):
            if isinstance(value, dict) and "edges" in value:
                del record[name]
                children.append(
                    [
                        {**each["node"], "__parentId": record["id"]}
                        for each in value["edges"]
                    ]
                )
        lines.append(record)
    # the first child of each record, then the second of each …
    rounds = itertools.zip_longest(*children)
    return lines + [child for each in rounds for child in each if child]


def cost_of(text: str, variables: dict[str, Any]) -> int:
    """Return the points of a request: one, and one for each record it asks for."""
    first = variables.get("first") or (variables.get("options") or {}).get("take") or 0
    return (
        1 + first + len(variables.get("ids") or ()) + len(re.findall(r"\br\d+:", text))
    )

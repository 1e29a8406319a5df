# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read and write a folder of an S3 server, in the Python of the test servers.

Started by ``tests/connectivity/test_s3.py`` with the folder ``connector``. The package
``files`` is imported alone: it needs no Odoo. Prints what it found as JSON.
"""

import json
import sys
import tempfile

sys.path.append(sys.argv[1])  # last: a folder of it is named http

import boto3
from files import CSV, FileExists, Folder, LoginRefused, MissingFile
from moto.server import ThreadedMotoServer

OPTIONS = {"key": "test", "secret": "test"}


def main() -> dict:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket="shop")

    def put(key: str, content: bytes) -> None:
        client.put_object(Bucket="shop", Key=key, Body=content)

    def keys() -> list[str]:
        found = client.list_objects_v2(Bucket="shop").get("Contents", ())
        return sorted(each["Key"] for each in found)

    options = {**OPTIONS, "client_kwargs": {"endpoint_url": url}}
    try:
        with Folder("s3://shop/in", options) as folder:
            return use(folder, put, keys)
    finally:
        server.stop()


def use(folder: Folder, put, keys) -> dict:
    put("in/a.csv", b"id,name\n1,A\n" + b"2,B\n" * 200_000)
    put("in/b.csv.part", b"")
    (info,) = folder.find("*.csv")
    with tempfile.TemporaryFile() as target:
        folder.fetch(info, target)
        rows = sum(1 for _row in CSV().rows(target, info.name))
    for _again in range(2):
        folder.move(folder.path("a.csv"), "done", "a.csv")
    folder.write("out.csv", [b"id\n", b"1\n"])
    refused = []
    for act in (
        lambda: folder.write("out.csv", [b"other"]),
        lambda: folder.move(folder.path("none.csv"), "done", "none.csv"),
    ):
        try:
            act()
        except (FileExists, MissingFile) as error:
            refused.append(type(error).__name__)
    wrong = Folder("s3://none/in", folder._options)
    try:
        wrong.find()
    except (MissingFile, LoginRefused) as error:
        refused.append(type(error).__name__)
    return {
        "rows": rows,
        "keys": keys(),
        "refused": refused,
        "odoo": any(name.partition(".")[0] == "odoo" for name in sys.modules),
    }


if __name__ == "__main__":
    print(json.dumps(main()))

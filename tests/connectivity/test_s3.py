# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files in a bucket of a real S3 server, by ``connector/files`` without Odoo."""

import json
import subprocess

from devtools.environment import Environment
from server_packages import servers_python


def test_folder_of_a_bucket():
    environment = Environment.current()
    script = environment.clone / "tests/servers/s3_folder.py"
    done = subprocess.run(
        [servers_python(environment), script, environment.clone / "connector"],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "rows": 200_001,
        "keys": ["in/b.csv.part", "in/done/a.csv", "in/out.csv"],
        "refused": ["FileExists", "MissingFile", "MissingFile"],
        "odoo": False,
    }

from . import bench_backend
from . import bench_res_partner
from . import bench_res_partner_category
from . import bench_sync

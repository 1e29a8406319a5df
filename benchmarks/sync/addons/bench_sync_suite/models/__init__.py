from . import bench_sync

from . import test_shop_connector

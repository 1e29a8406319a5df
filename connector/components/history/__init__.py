from .recorder import History as History

import os

# 16 has one cache for everything and routing maps on the class; 18 has a cache for each purpose.
SERIES = int(os.environ.get("MODEL_SERIES", "18"))
version_info = (SERIES, 0, 0, "final", 0, "")

# In Rhai: let start = now(); print(now() - start);
# Found: cannot be subtracted
import time
from datetime import datetime, timedelta

start = time.time()
print(time.time() - start < 60)
begun = datetime(2026, 11, 1)
ended = begun + timedelta(days=2)
print((ended - begun).days, (ended - begun).total_seconds())

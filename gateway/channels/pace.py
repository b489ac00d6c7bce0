"""How fast a channel may send, over all workers: token buckets in Redis, by parts a second.

Each bucket fills with `rate` tokens a second up to `burst`; a text takes its parts. Where Redis is away every process
keeps its own buckets: sending goes on, and the provider's own limit is the last one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import redis

_TAKE = """
local wait, now = 0, redis.call('TIME')
local t = now[1] + now[2] / 1e6
local held = {}
for i, key in ipairs(KEYS) do
  local rate, burst, cost = tonumber(ARGV[3*i-2]), tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i])
  local kept = redis.call('HMGET', key, 'n', 't')
  local n = math.min(burst, (tonumber(kept[1]) or burst) + (t - (tonumber(kept[2]) or t)) * rate)
  cost = math.min(cost, burst)
  if n < cost then wait = math.max(wait, (cost - n) / rate) end
  held[i] = {n, cost, burst / rate}
end
if wait > 0 then return tostring(wait) end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'n', tostring(held[i][1] - held[i][2]), 't', tostring(t))
  redis.call('EXPIRE', key, math.ceil(held[i][3]) + 60)
end
return '0'
"""


@dataclass(frozen=True)
class Bucket:
    """`rate`: tokens a second; `burst`: how many it holds; `cost`: how many are taken."""

    key: str
    rate: float
    burst: float
    cost: float = 1


class Pace:
    """Takes from all buckets, or from none."""

    def __init__(self, connection: redis.Redis) -> None:
        self._take = connection.register_script(_TAKE)
        self._own: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, buckets: list[Bucket]) -> float:
        """Seconds to wait before asking again; 0 when the tokens were taken."""
        words: list[str | float] = [word for b in buckets for word in (b.rate, b.burst, b.cost)]
        try:
            return float(self._take(keys=[f"pace:{b.key}" for b in buckets], args=words))
        except redis.RedisError:
            return self._take_here(buckets)

    def _take_here(self, buckets: list[Bucket]) -> float:
        now, wait, left = time.monotonic(), 0.0, {}
        with self._lock:
            for b in buckets:
                kept, since = self._own.get(b.key, (b.burst, now))
                full = min(b.burst, kept + (now - since) * b.rate)
                cost = min(b.cost, b.burst)
                wait = max(wait, (cost - full) / b.rate)
                left[b.key] = (full - cost, now)
            if wait <= 0:
                self._own.update(left)
            if len(self._own) > 10_000:
                self._own.clear()
        return max(wait, 0.0)

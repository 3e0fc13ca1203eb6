"""What moves runs on: steps that tests call one by one, and a thread that repeats them."""

from safelight.scheduler.loop import Scheduler

__all__ = ["Scheduler"]

"""The walls around a worker: what this machine offers, and starting a process behind them."""

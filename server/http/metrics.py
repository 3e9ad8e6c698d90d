"""Numbers for operators, in Prometheus' text form; no label names a person, a device or an organisation.

Neighbours: `edge.py` counts requests, `server/blobs` counts files, `server/live.py` counts sockets.
Invariants: one registry per application.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The application's own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("handover_requests_total", "Requests answered.", ["method", "status"], registry=self.registry)
        self.seconds = Histogram(
            "handover_request_seconds",
            "Seconds from the first byte in to the last byte out.",
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self.blobs = Counter("handover_blobs_total", "Files examined.", ["state"], registry=self.registry)
        self.blob_bytes = Counter("handover_blob_bytes_total", "Bytes of files received.", registry=self.registry)
        self.live_sockets = Gauge("handover_live_sockets", "Open live sockets.", registry=self.registry)

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self.registry)

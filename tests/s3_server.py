"""S3 on loopback: a server of moto's that does once what moto does for each request; also a program, as moto's own."""

from __future__ import annotations

from functools import cache


def quicken() -> None:
    """A server of moto's that starts afterwards in this process takes a fraction of its time for a request."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler

    # For each request moto looks into its two hundred folders for the service, and it says each to the log.
    dispatched = DomainDispatcherApplication.get_backend_for_host
    DomainDispatcherApplication.get_backend_for_host = cache(dispatched)
    MotoRequestHandler.log_request = lambda *_: None


if __name__ == "__main__":
    from moto.server import main

    quicken()
    main()

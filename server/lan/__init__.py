"""HTTPS in a local network, so that a phone can be tried: camera, service worker and keys need a secure origin.

`addresses.py` finds under which addresses other devices reach this machine, `authority.py` makes the certificates, `guide.py` is
the page that hands the authority's certificate to a phone. `server/cli.py` puts them together (`make run LAN=1`). For trying, and
for a depot without a name of its own; a company's server stands behind a proxy with a public certificate (docs/operations.md).
"""

"""The HTTP edge over real sockets: `world.py` builds two organisations, `pictures.py` the files that are sent."""

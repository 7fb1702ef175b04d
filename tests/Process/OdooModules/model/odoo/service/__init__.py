from . import server

"""The HTTP edge: routes, their errors, what every request must carry and every answer must say."""

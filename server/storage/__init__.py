"""Storage: tables, the engine's store over SQLAlchemy Core, and the database that runs transactions."""

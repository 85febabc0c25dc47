"""The only place that speaks SQLAlchemy: tables, transactions, and the queries of each part."""

"""What all the tables share."""

from sqlalchemy import DateTime, MetaData

metadata = MetaData()
Moment = DateTime(timezone=True)

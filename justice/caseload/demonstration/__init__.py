"""The demonstration: a caseload bundle of an invented council of Glasgow's size and shape, seven years deep.

`write_bundle` makes the files of a caseload bundle (FORMAT.md), and knows nothing of the database: the importer brings
them in like any council's. Everybody in it is invented, and every reference begins with DEMO.
"""

from justice.caseload.demonstration.council import COUNCIL, LOCAL_DAYS, LOCALITIES, TEAMS, staff
from justice.caseload.demonstration.writing import SEED, Summary, write_bundle

__all__ = ["COUNCIL", "LOCALITIES", "LOCAL_DAYS", "SEED", "TEAMS", "Summary", "staff", "write_bundle"]

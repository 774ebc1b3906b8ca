"""What makes a report, an assessment, a plan or a review complete: functions of values, no framework and no clock."""

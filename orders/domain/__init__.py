"""What the law and the standards say about orders: functions of values, no framework and no clock."""

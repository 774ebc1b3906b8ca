"""Quarters, ratings, targets, forecasts and what may be published: functions of values, no framework and no clock."""

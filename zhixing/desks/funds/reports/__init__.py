"""Case money seen and on paper: papers of the money rows, a party's statement, the month's report, findings (四(三))."""

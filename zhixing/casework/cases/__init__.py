"""Cases and parties: filing, finding, listing, exporting (二(四)1(1), 二(五)2, trust T14)."""

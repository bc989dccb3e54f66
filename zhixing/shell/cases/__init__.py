"""Finding cases, the list, the page of one case, why its clocks show what they show, filing by hand."""
